using VdiBroker.City.Processes;
using VdiBroker.City.Stations;

namespace VdiBroker.City.Story;

/// <summary>One person, two stations, one desktop.</summary>
public static class RoamingChapter
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    public static readonly StoryStep SignsIn = new("Amélie signs in at station A: her desktop is on the screen", async scene =>
    {
        await scene.ArriveAsync(scene.A, scene.City.People.Amelie);
        return $"on {scene.BladeOf(scene.City.People.Amelie).Plan.Name}, {await scene.PictureAsync(scene.A, "amelie-at-a")}";
    });

    public static readonly StoryStep Types = new("She types into a terminal there", async scene =>
    {
        var amelie = scene.City.People.Amelie;
        var before = DesktopLook.Text(await scene.A.Screen.LookAsync())!.Count(DesktopLook.Ink);
        var proof = Path.Combine(scene.City.Folder, "homes", amelie.Login, "preuve.txt");
        await scene.A.Screen.TypeAsync("echo \"Amélie était là, à la station A\"; echo $$ > preuve.txt\n");
        await Eventually.HoldsAsync("the shell has run what was typed", Soon, () => File.Exists(proof));
        scene.Typed = await StableTextAsync(scene.A, inkBefore: before);
        scene.Left = scene.SessionOf(amelie);
        return $"{Names(scene.Left)}; {await scene.PictureAsync(scene.A, "typed-at-a")}";
    });

    public static readonly StoryStep SameText = new("She leaves; at station B she signs in: the same text", async scene =>
    {
        await scene.A.LeaveAsync();
        await scene.ArriveAsync(scene.B, scene.City.People.Amelie);
        var differences = int.MaxValue;
        await Eventually.HoldsAsync("the same text on B", Soon, async () =>
            (differences = DesktopLook.Text(await scene.B.Screen.LookAsync())?.Differences(scene.Typed ?? throw new StoryException("nothing was typed at A")) ?? int.MaxValue) < CursorPixels);
        return $"{differences} pixels of the terminal differ; {await scene.PictureAsync(scene.B, "amelie-at-b")}";
    });

    public static readonly StoryStep SameProcesses = new("They are the same processes", scene =>
    {
        var now = scene.SessionOf(scene.City.People.Amelie);
        var gone = scene.Left.Where(before => !now.Any(program => program.Pid == before.Pid && program.Name == before.Name)).ToList();
        StoryScene.Must(scene.Left.Count >= 4, $"only {Names(scene.Left)} were seen at A");
        StoryScene.Must(gone.Count == 0, $"{Names(gone)} are gone; now {Names(now)}");
        return Task.FromResult(Names(now));
    });

    public static readonly StoryStep Moves = new("While connected at B she signs in at A: B says that the desktop went to station A", async scene =>
    {
        await scene.ArriveAsync(scene.A, scene.City.People.Amelie);
        var sentence = await scene.B.HearsAsync(scene.A.Name, Soon);
        await scene.B.ShowsNothingAsync(Soon);
        StoryScene.Must(scene.A.InUse, "A lost the desktop again");
        await scene.PictureAsync(scene.A, "amelie-back-at-a");
        await scene.PictureAsync(scene.B, "b-says-where-it-went");
        await scene.B.EndsAsync(Soon);
        return sentence;
    });

    /// <summary>The lines in their order.</summary>
    public static IReadOnlyList<StoryStep> Steps => [SignsIn, Types, SameText, SameProcesses, Moves];

    /// <summary>The terminal's cursor may be full or hollow: fewer pixels than one character.</summary>
    private const int CursorPixels = 250;

    private static string Names(IEnumerable<RunningProgram> programs) => string.Join(", ", programs.Select(program => $"{program.Name} {program.Pid}"));

    // The picture comes a moment after the shell has done its work: more text than before, and unchanged for a while.
    private static async Task<Picture> StableTextAsync(Station station, int inkBefore)
    {
        Picture? last = null;
        var looks = 0;
        await Eventually.HoldsAsync("the typed text stands in the terminal", Soon, async () =>
        {
            var now = DesktopLook.Text(await station.Screen.LookAsync());
            looks = now is not null && last is not null && now.Differences(last) == 0 ? looks + 1 : 0;
            last = now;
            return looks >= 15 && now!.Count(DesktopLook.Ink) > inkBefore + CursorPixels;
        });
        return last!;
    }
}
