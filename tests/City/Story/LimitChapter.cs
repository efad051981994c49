using System.Diagnostics;
using System.Globalization;
using VdiBroker.City.Brokers;
using VdiBroker.City.Processes;
using VdiBroker.City.Stations;

namespace VdiBroker.City.Story;

/// <summary>Desktops that end by themselves: people are warned over their desktop, may ask for more time, and are told why.</summary>
public static class LimitChapter
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    public static readonly StoryStep Closed = new("Maïmouna comes while her desktop is closed: she is told when it opens, in French and in English", async scene =>
    {
        var person = scene.City.People["maimouna.sissoko"];
        if (scene.A.InUse) await scene.A.LeaveAsync();
        await scene.SignInAsync(scene.A, person);
        var french = await scene.A.HearsAsync("Ce bureau est fermé (Ménage). Il ouvre ", Soon);
        await scene.A.EndsAsync(Soon);
        await scene.PictureAsync(scene.A, "closed");
        await scene.SignInAsync(scene.A, person, "en");
        var english = await scene.A.HearsAsync("This desktop is closed (Ménage). It opens on ", Soon);
        await scene.A.EndsAsync(Soon);
        return $"{french} / {english}";
    });

    public static readonly StoryStep GivenBack = new("Côme sits at a seat that his town has borrowed; Désiré comes, whose office it belongs to: Côme is warned over his desktop, it ends, he is told why, and Désiré has the seat", async scene =>
    {
        var (borrower, owner) = (scene.City.People["come.voeltzel"], scene.City.People["desire.kouassi"]);
        if (scene.A.InUse) await scene.A.LeaveAsync();
        if (scene.B.InUse) await scene.B.LeaveAsync();
        await scene.ArriveAsync(scene.A, borrower);
        var (blade, clock) = (scene.BladeOf(borrower), Stopwatch.StartNew());
        await scene.SignInAsync(scene.B, owner);
        await scene.A.HearsAsync("Cette place est réservée à un autre organisme", Soon);
        StoryScene.Must(scene.A.InUse && blade.SessionOf(borrower.UidNumber).Count > 0, "ended before the warning was over");
        await BannerAsync(scene.A);
        var picture = await scene.PictureAsync(scene.A, "seat-asked-back");
        var said = await scene.A.HearsAsync("Votre session a été fermée parce que sa place était réservée", Soon);
        await scene.A.EndsAsync(Soon);
        await scene.B.ShowsDesktopAsync(StoryScene.Patience);
        var took = clock.Elapsed;
        scene.CollectTickets();
        StoryScene.Must(scene.BladeOf(owner) == blade, "the seat is not the one that was borrowed");
        await Eventually.HoldsAsync("the end of the borrower's desktop", Soon, () => blade.SessionOf(borrower.UidNumber).Count == 0);
        // On nobody's screen it lives for 2 s in this pool.
        await scene.B.LeaveAsync();
        await Eventually.HoldsAsync("the end of a desktop on nobody's screen", Soon, () => blade.SessionOf(owner.UidNumber).Count == 0);
        return string.Create(CultureInfo.InvariantCulture, $"{took.TotalSeconds:0.0} s from his coming to his desktop, {picture}; {said}");
    });

    public static readonly StoryStep Extended = new("Maëlys's desktop comes to its longest time: one click over the desktop puts that off, once; then it ends on its host and she is told why", async scene =>
    {
        var person = scene.City.People["maelys.fontaine"];
        if (scene.A.InUse) await scene.A.LeaveAsync();
        await scene.ArriveAsync(scene.A, person);
        var blade = scene.BladeOf(person);
        await scene.A.HearsAsync("Votre session arrive à sa durée la plus longue", Soon);
        var picture = await AskForMoreAsync(scene);
        var until = await scene.A.HearsAsync("C'est accordé : votre session continue. Fin prévue à ", Soon);
        // The second warning offers nothing more.
        await Eventually.HoldsAsync("a warning without an offer", Soon, () => scene.A.Heard().Count(line => line.Contains("à sa durée la plus longue : elle va", StringComparison.Ordinal)) == 2);
        StoryScene.Must(scene.A.Heard().Count(line => line.Contains("appuyez sur E", StringComparison.Ordinal)) == 1, "more time was offered again");
        StoryScene.Must(blade.SessionOf(person.UidNumber).Count > 0, "it ended although more time was given");
        var said = await scene.A.HearsAsync("Votre session a été fermée parce qu'elle avait atteint sa durée la plus longue", Soon);
        await scene.A.EndsAsync(Soon);
        await Eventually.HoldsAsync($"its end on {blade.Plan.Name}", Soon, () => blade.SessionOf(person.UidNumber).Count == 0);
        await Explained.UntilAsync(scene.City.Broker, person.Login, Soon, "La session s'est ensuite fermée : elle avait atteint sa durée la plus longue.");
        return $"{until} | {said} | {picture}";
    });

    public static readonly StoryStep Idle = new("Adèle leaves her keyboard alone and is warned; she touches it and hears that it holds no more; she goes, and her desktop ends", async scene =>
    {
        var person = scene.City.People["adele.riviere"];
        if (scene.A.InUse) await scene.A.LeaveAsync();
        await scene.ArriveAsync(scene.A, person);
        var blade = scene.BladeOf(person);
        await scene.A.HearsAsync("Personne n'a touché ce bureau depuis longtemps", Soon);
        var picture = await scene.PictureAsync(scene.A, "idle-warning");
        await scene.A.Screen.TypeAsync("x");
        var back = await scene.A.HearsAsync("L'annonce de fin est levée", Soon);
        var clock = Stopwatch.StartNew();
        var said = await scene.A.HearsAsync("Votre session a été fermée parce que personne n'y a touché depuis longtemps", StoryScene.Patience);
        await scene.A.EndsAsync(Soon);
        await Eventually.HoldsAsync($"its end on {blade.Plan.Name}", Soon, () => blade.SessionOf(person.UidNumber).Count == 0);
        return string.Create(CultureInfo.InvariantCulture, $"{back} | {said} ({clock.Elapsed.TotalSeconds:0.0} s later) | {picture}");
    });

    /// <summary>The lines in their order; they need the last host's one seat.</summary>
    public static IReadOnlyList<StoryStep> Steps => [Closed, GivenBack, Extended, Idle];

    private static async Task<(int X, int Y, int Width, int Height)> BannerAsync(Station station)
    {
        (int X, int Y, int Width, int Height)? banner = null;
        await Eventually.HoldsAsync($"a banner over the desktop of {station.Name}", Soon, async () => (banner = await station.Screen.BannerAsync()) is not null);
        return banner!.Value;
    }

    private static async Task<string> AskForMoreAsync(StoryScene scene)
    {
        await BannerAsync(scene.A);
        var picture = await scene.PictureAsync(scene.A, "end-that-can-be-put-off");
        // The first button begins at the left margin of the last row; a click before the banner is drawn is nobody's.
        await Eventually.HoldsAsync("more time is given", Soon, async () =>
        {
            if (await scene.A.Screen.BannerAsync() is { } now) await scene.A.Screen.ClickAsync(now.X + 40, now.Y + now.Height - 22);
            return scene.A.Heard().Any(line => line.Contains("C'est accordé", StringComparison.Ordinal));
        });
        return picture;
    }
}
