using VdiBroker.City.Directory;
using VdiBroker.City.Processes;
using VdiBroker.City.Stations;

namespace VdiBroker.City.Story;

/// <summary>While desktops are on screens, the broker, Redis and the directory die, each in turn.</summary>
public static class FaultChapter
{
    public static readonly StoryStep Broker = new("The broker is killed: no screen is lost; when it is back, sign-in works with nothing else restarted", scene =>
        FaultAsync(scene, "broker", scene.City.Broker.KillAsync, scene.City.Broker.StartAsync));

    public static readonly StoryStep Redis = new("Redis is killed: no screen is lost; when it is back, sign-in works with nothing else restarted", scene =>
        FaultAsync(scene, "redis", scene.City.Store.KillAsync, scene.City.Store.BackAsync));

    public static readonly StoryStep Directory = new("The directory is killed: no screen is lost; when it is back, sign-in works with nothing else restarted", scene =>
        FaultAsync(scene, "directory",
            () => Task.WhenAll(scene.City.KillDirectoryAsync(), scene.City.Directory.KillAsync()),
            () => Task.WhenAll(scene.City.StartDirectoryAgainAsync(), scene.City.Directory.StartAgainAsync())));

    /// <summary>The lines in their order.</summary>
    public static IReadOnlyList<StoryStep> Steps => [Broker, Redis, Directory];

    private static Townsperson Rachid(StoryScene scene) => scene.City.People["rachid.benali"];

    private static async Task<string> FaultAsync(StoryScene scene, string what, Func<Task> kill, Func<Task> bringBack)
    {
        var amelie = scene.City.People.Amelie;
        if (!scene.A.InUse) await scene.ArriveAsync(scene.A, amelie);
        if (!scene.B.InUse) await scene.ArriveAsync(scene.B, Rachid(scene));
        // A desktop that has only just begun still starts and ends programs.
        var (before, clock) = (Alive(scene), System.Diagnostics.Stopwatch.StartNew());
        await Eventually.HoldsAsync("nothing begins or ends under the screens any more", StoryScene.Patience, () =>
        {
            var now = Alive(scene);
            if (now.Select(program => (program.Pid, program.Name)).ToHashSet().SetEquals(before.Select(program => (program.Pid, program.Name)))) return clock.Elapsed > TimeSpan.FromMilliseconds(500);
            before = now;
            clock.Restart();
            return false;
        });
        await kill();
        try
        {
            await StaysAsync(scene, before, TimeSpan.FromSeconds(2));
            await TypesAsync(scene, what);
            await scene.PictureAsync(scene.A, $"{what}-killed-a");
            await scene.PictureAsync(scene.B, $"{what}-killed-b");
        }
        finally
        {
            await bringBack();
        }
        await StaysAsync(scene, before, TimeSpan.FromSeconds(1));
        // Someone gets up and signs in again: everything is asked anew, the directory, Redis, a host.
        await scene.B.LeaveAsync();
        var back = System.Diagnostics.Stopwatch.StartNew();
        await SignInAgainAsync(scene);
        var took = back.Elapsed.TotalSeconds;
        StoryScene.Must(scene.A.InUse && DesktopLook.IsComplete(await scene.A.Screen.LookAsync()), "the screen of A was lost afterwards");
        return $"{before.Count} processes on and under the screens lived on; signed in again {took:0.0} s after the return";
    }

    // "Try again in a few seconds" is a right answer in the first moments; the person does.
    private static async Task SignInAgainAsync(StoryScene scene)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (true)
        {
            await scene.SignInAsync(scene.B, Rachid(scene));
            await Eventually.HoldsAsync("an answer at B", StoryScene.Patience, async () => !scene.B.InUse || DesktopLook.IsComplete(await scene.B.Screen.LookAsync()));
            if (scene.B.InUse) break;
            StoryScene.Must(clock.Elapsed < TimeSpan.FromSeconds(20), $"still refused: {string.Join(" | ", scene.B.Heard().TakeLast(3))}");
        }
        scene.CollectTickets();
    }

    private static async Task TypesAsync(StoryScene scene, string what)
    {
        var proof = Path.Combine(scene.City.Folder, "homes", scene.City.People.Amelie.Login, what);
        await scene.A.Screen.TypeAsync($"touch {what}\n");
        await Eventually.HoldsAsync("Amélie can go on working", TimeSpan.FromSeconds(20), () => File.Exists(proof));
    }

    private static async Task StaysAsync(StoryScene scene, IReadOnlyCollection<RunningProgram> before, TimeSpan time)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        await Eventually.HoldsAsync("the watched time", time + StoryScene.Patience, async () =>
        {
            foreach (var station in (Station[])[scene.A, scene.B])
                if (!DesktopLook.IsComplete(await station.Screen.LookAsync())) throw new OperationCanceledException($"the desktop on {station.Name} is gone: {string.Join(" | ", station.Heard().TakeLast(3))}");
            return clock.Elapsed >= time;
        });
        var gone = before.Except(ProcessTable.StillRunning(before)).ToList();
        StoryScene.Must(gone.Count == 0, $"gone: {string.Join(", ", gone.Select(program => $"{program.Name} {program.Pid}"))}");
    }

    // Shims and their xfreerdp on the stations, sessions on the hosts, agents.
    private static List<RunningProgram> Alive(StoryScene scene)
    {
        int[] own = [scene.A.ShimPid, scene.B.ShimPid, .. scene.City.Blades.Select(blade => blade.AgentPid)];
        return
        [
            .. ProcessTable.All().Where(program => own.Contains(program.Pid)),
            .. ProcessTable.Below(scene.A.ShimPid), .. ProcessTable.Below(scene.B.ShimPid),
            .. scene.SessionOf(scene.City.People.Amelie), .. scene.SessionOf(Rachid(scene)),
        ];
    }
}
