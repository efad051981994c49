using System.Diagnostics;
using VdiBroker.City.Processes;
using VdiBroker.City.Stations;

namespace VdiBroker.City.Story;

/// <summary>The same by the greeter, driven by key and mouse: what stands on a desk.</summary>
public static class GreeterChapter
{
    private const string City = "Ville de Drancy";
    private const int FirstButton = 40;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    public static readonly StoryStep SignsIn = new("At the greeter Amélie types her name and password: her desktop is on the screen, and the greeter's memory is free", async scene =>
    {
        var (station, amelie) = (scene.A, scene.City.People.Amelie);
        if (station.InUse) await station.LeaveAsync();
        scene.Watch(amelie);
        await station.GreetAsync(City, "fr", "--freerdp", scene.TicketTrapProgram);
        scene.Figures["greeter_resident_mib"] = FigureChapter.Mib(ProcessTable.ResidentBytes(station.GreeterPid));
        var picture = await scene.PictureAsync(station, "greeter");
        scene.Figures["greeter_key_to_letter_ms"] = await KeyAsync(station, amelie.Login[..1]);
        await station.Screen.TypeAsync(amelie.Login[1..] + "\n" + amelie.Password);
        var clock = Stopwatch.StartNew();
        await station.Screen.PressAsync("Return");
        await station.ShowsDesktopAsync(StoryScene.Patience);
        scene.Figures["greeter_sign_in_to_desktop_ms"] = Math.Round(clock.Elapsed.TotalMilliseconds);
        scene.CollectTickets();
        await Eventually.HoldsAsync("no greeter beside the desktop", Soon, () => station.GreeterPid == 0);
        scene.Figures["greeted_shim_resident_mib"] = FigureChapter.Mib(ProcessTable.ResidentBytes(station.ShimPid));
        scene.Figures["bar_resident_mib"] = FigureChapter.Mib(ProcessTable.Below(station.ShimPid).Where(one => one.Arguments.Contains("--banner")).Sum(one => ProcessTable.ResidentBytes(one.Pid)));
        await TypesAsync(scene, amelie);
        return $"{Aim.Note(scene.Figures, "greeter_resident_mib", "greeted_shim_resident_mib")}; {picture}, {await scene.PictureAsync(station, "greeted")}";
    });

    public static readonly StoryStep Leaves = new("She leaves by the bar over the desktop: it runs on, and the greeter is there for the next", async scene =>
    {
        var (station, amelie) = (scene.A, scene.City.People.Amelie);
        var before = station.Steps("page").Count;
        await station.PressBarAsync(FirstButton, () => station.Steps("left").Count > 0 && station.GreeterPid != 0);
        await station.PageAsync("SignIn", before);
        await station.ShowsNothingAsync(Soon);
        StoryScene.Must(scene.SessionOf(amelie).Count >= 4, "her session does not run any more");
        return await scene.PictureAsync(station, "greeter-again");
    });

    public static readonly StoryStep Refused = new("At the greeter in English a wrong password is told in English, and the desktop opens with the right one", async scene =>
    {
        var (station, amelie) = (scene.A, scene.City.People.Amelie);
        var before = station.Steps("page").Count;
        await station.Screen.PressAsync("F4");
        before = await station.PageAsync("SignIn", before);
        await station.Screen.TypeAsync(amelie.Login + "\nnot-her-password\n");
        before = await station.PageAsync("SignIn", before);
        var picture = await scene.PictureAsync(station, "greeter-refuses");
        await station.Screen.TypeAsync($"{amelie.Login}\n{amelie.Password}\n");
        await station.ShowsDesktopAsync(StoryScene.Patience);
        scene.CollectTickets();
        await station.LeaveAsync();
        return picture;
    });

    /// <summary>The lines in their order.</summary>
    public static IReadOnlyList<StoryStep> Steps => [SignsIn, Leaves, Refused];

    // Nobody has touched the mouse: what is typed goes to the desktop.
    private static async Task TypesAsync(StoryScene scene, Directory.Townsperson amelie)
    {
        var proof = Path.Combine(scene.City.Folder, "homes", amelie.Login, "accueil.txt");
        await scene.A.Screen.TypeAsync("echo accueil > accueil.txt\n");
        await Eventually.HoldsAsync("what was typed has reached the desktop", Soon, () => File.Exists(proof));
        File.Delete(proof);
    }

    // From the key to the first pixel that it changes: a clock, not a wait.
    private static async Task<double> KeyAsync(Station station, string letter)
    {
        var before = await station.Screen.SteadyAsync(LetterPixels, Soon);
        var clock = Stopwatch.StartNew();
        await station.Screen.TypeAsync(letter);
        while ((await station.Screen.LookAsync()).Differences(before) < LetterPixels)
        {
            if (clock.Elapsed > Soon) throw new StoryException("the greeter shows no letter");
        }
        return Math.Round(clock.Elapsed.TotalMilliseconds);
    }

    // More than the cursor, which blinks.
    private const int LetterPixels = 60;
}
