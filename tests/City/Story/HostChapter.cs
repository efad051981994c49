using System.Diagnostics;
using System.Globalization;
using VdiBroker.City.Hosts;
using VdiBroker.City.Processes;

namespace VdiBroker.City.Story;

/// <summary>Hosts that hang and hosts that are taken out of service, as the people on them meet it.</summary>
public static class HostChapter
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    public static readonly StoryStep Hangs = new("A host hangs: the station says so in seconds, one key opens a desktop on another host, and the old one is ended when the host is back", async scene =>
    {
        var amelie = scene.City.People.Amelie;
        if (scene.A.InUse) await scene.A.LeaveAsync();
        scene.Watch(amelie);
        await scene.SitDownAsync(scene.A, amelie.Login);
        await scene.A.AnswerAsync("Votre mot de passe", amelie.Password, Soon);
        await scene.A.ShowsDesktopAsync(StoryScene.Patience);
        scene.CollectTickets();
        // The broker has seen the station there too: until then nothing is said of the host.
        await scene.A.HearsAsync("Votre bureau est à l'écran", Soon);
        var hung = scene.BladeOf(amelie);
        var clock = Stopwatch.StartNew();
        hung.FreezeAgent();
        double told;
        string picture;
        try
        {
            await scene.A.HearsAsync($"{hung.Plan.Name} de votre bureau ne répond plus", Soon);
            told = clock.Elapsed.TotalSeconds;
            // 5 s are promised and tested on a quiet machine; the rest is this one's.
            StoryScene.Must(told < 8, string.Create(CultureInfo.InvariantCulture, $"told {told:0.0} s after the host fell silent"));
            picture = await scene.PictureAsync(scene.A, "host-hangs");
            await scene.A.AnswerAsync("Le serveur", "n", Soon);
            await Eventually.HoldsAsync("a session on another host", StoryScene.Patience, () => Other(scene, hung).SessionOf(amelie.UidNumber).Count > 0);
            await scene.A.HearsAsync("ce qui n'était pas enregistré est perdu", Soon);
            scene.CollectTickets();
        }
        finally
        {
            hung.ThawAgent();
        }
        await Eventually.HoldsAsync("the old desktop is ended", StoryScene.Patience, () => hung.SessionOf(amelie.UidNumber).Count == 0);
        await scene.A.ShowsDesktopAsync(StoryScene.Patience);
        await scene.A.LeaveAsync();
        return string.Create(CultureInfo.InvariantCulture, $"told after {told:0.0} s; {picture}");
    });

    public static readonly StoryStep Drained = new("A host is taken out of service: rehearsed by name, its person is warned at the station, then ended, sits at another host, and it takes people again", async scene =>
    {
        var amelie = scene.City.People.Amelie;
        if (scene.A.InUse) await scene.A.LeaveAsync();
        await scene.ArriveAsync(scene.A, amelie);
        await scene.A.HearsAsync("Votre bureau est à l'écran", Soon);
        var blade = scene.BladeOf(amelie);
        string[] drain = ["host", "drain", blade.Plan.Name, "--grace", "10s"];
        var rehearsed = await scene.City.Broker.OperatorAsync([.. drain, "--rehearse"]);
        StoryScene.Must(rehearsed.Status == 0 && rehearsed.Output.Contains(amelie.DisplayName, StringComparison.Ordinal) && rehearsed.Output.Contains("une place pour tous", StringComparison.Ordinal), $"rehearsal: {rehearsed.Output} {rehearsed.Error}");
        var planned = await scene.City.Broker.OperatorAsync(drain);
        StoryScene.Must(planned.Status == 0, planned.Error);
        try
        {
            var warned = await scene.A.HearsAsync("va être arrêté pour entretien", Soon);
            var picture = await scene.PictureAsync(scene.A, "host-is-drained");
            await scene.A.HearsAsync("parce que son serveur est arrêté pour entretien", Soon);
            await scene.A.EndsAsync(Soon);
            await scene.ArriveAsync(scene.A, amelie);
            StoryScene.Must(scene.BladeOf(amelie) != blade, "the desktop is on the drained host");
            await scene.A.LeaveAsync();
            return $"{warned}; {picture}";
        }
        finally
        {
            await scene.City.Broker.OperatorAsync("host", "undrain", blade.Plan.Name);
        }
    });

    /// <summary>The lines in their order.</summary>
    public static IReadOnlyList<StoryStep> Steps => [Hangs, Drained];

    private static Blade Other(StoryScene scene, Blade not) => scene.City.Blades.SkipLast(1).Single(blade => blade != not);
}
