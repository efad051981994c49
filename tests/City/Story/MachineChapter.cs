using VdiBroker.City.Directory;
using VdiBroker.City.Processes;

namespace VdiBroker.City.Story;

/// <summary>Somebody whose PC is not migrated yet already works at a thin station: the PC stays under the desk.</summary>
public static class MachineChapter
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    public static readonly StoryStep OwnPc = new("Théo's PC is not migrated yet: at station A he signs in and his own PC is on the screen, opened with his password; at station B it is the same", async scene =>
    {
        var (theo, pc) = (Theo(scene), scene.City.Pcs[0]);
        if (scene.A.InUse) await scene.A.LeaveAsync();
        if (scene.B.InUse) await scene.B.LeaveAsync();
        await scene.ArriveAsync(scene.A, theo);
        var first = Desk(pc, theo);
        StoryScene.Must(first.Any(program => program.Name == "Xorg"), $"no session of his on {pc.Plan.Name}: {string.Join(", ", pc.Processes().Select(program => program.Name))}");
        StoryScene.Must(scene.City.Blades.All(blade => blade.SessionOf(theo.UidNumber).Count == 0), "a session host carries a session of his");
        StoryScene.Must(pc.AgentPid == 0, "an agent runs on the PC");
        var picture = await scene.PictureAsync(scene.A, "own-pc-at-a");
        await scene.A.LeaveAsync();
        await scene.ArriveAsync(scene.B, theo);
        var gone = first.Where(before => !Desk(pc, theo).Any(now => now.Pid == before.Pid)).Select(program => program.Name).ToList();
        StoryScene.Must(gone.Count == 0, $"at B it is not the same desktop: {string.Join(", ", gone)} gone");
        await scene.B.LeaveAsync();
        scene.Reader.ReadLogs();
        await scene.Reader.ReadStoreAsync();
        var found = scene.Reader.Find();
        StoryScene.Must(found.Count == 0, string.Join("; ", found));
        return $"{string.Join(", ", first.Select(program => $"{program.Name} {program.Pid}"))} on {pc.Plan.Name}; {picture}; his password stands nowhere";
    });

    public static readonly StoryStep NoPc = new("Inès may use a PC of her own and has none: she is told so; a PC without power is told to its owner", async scene =>
    {
        var (theo, pc) = (Theo(scene), scene.City.Pcs[0]);
        await scene.SignInAsync(scene.A, scene.City.People["ines.nunez"]);
        var none = await scene.A.HearsAsync("ordinateur", Soon);
        await scene.A.EndsAsync(Soon);
        await pc.CrashAsync();
        try
        {
            await scene.SignInAsync(scene.B, theo);
            var silent = await scene.B.HearsAsync("Votre ordinateur ne répond pas", Soon);
            await scene.PictureAsync(scene.B, "own-pc-does-not-answer");
            await scene.B.EndsAsync(Soon);
            return $"{none} | {silent}";
        }
        finally
        {
            await pc.StartAgainAsync();
        }
    });

    /// <summary>The lines in their order.</summary>
    public static IReadOnlyList<StoryStep> Steps => [OwnPc, NoPc];

    private static Townsperson Theo(StoryScene scene) => scene.City.People[scene.City.Pcs[0].Plan.PcOf!];

    private static IReadOnlyList<RunningProgram> Desk(Hosts.Blade pc, Townsperson person) => [.. pc.SessionOf(person.UidNumber).Where(program => program.Name is "Xorg" or "openbox" or "xterm" or "sh" or "bash")];
}
