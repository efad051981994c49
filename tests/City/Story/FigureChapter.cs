using System.Diagnostics;
using VdiBroker.City.Callers;
using VdiBroker.City.Directory;
using VdiBroker.City.Processes;
using VdiBroker.City.Stations;
using VdiBroker.Protocol.Station.V1;

namespace VdiBroker.City.Story;

/// <summary>What is measured; the lines fail only when nothing can be measured, never for a slow machine.</summary>
public static class FigureChapter
{
    private const int Times = 5;
    private const int ColdStarts = 7;

    public static readonly StoryStep Sizes = new("Figures: sizes and memory, with a desktop on the screen", async scene =>
    {
        if (!scene.B.InUse) await scene.ArriveAsync(scene.B, scene.City.People["rachid.benali"]);
        scene.Figures["shim_binary_mib"] = Mib(new FileInfo(scene.City.Programs.Shim).Length);
        scene.Figures["agent_binary_mib"] = Mib(new FileInfo(scene.City.Programs.Agent).Length);
        scene.Figures["shim_resident_mib"] = Mib(ProcessTable.ResidentBytes(scene.B.ShimPid));
        scene.Figures["agent_resident_mib"] = Mib(ProcessTable.ResidentBytes(scene.City.Blades[0].AgentPid));
        scene.Figures["broker_resident_mib"] = Mib(ProcessTable.ResidentBytes(scene.City.Broker.Pid));
        scene.Figures["broker_start_to_ready_ms"] = Math.Round(scene.City.Broker.StartTime.TotalMilliseconds);
        await scene.B.LeaveAsync();
        return $"shim {scene.Figures["shim_resident_mib"]} MiB, agent {scene.Figures["agent_resident_mib"]} MiB, broker {scene.Figures["broker_resident_mib"]} MiB; {Aim.Note(scene.Figures, "shim_resident_mib", "agent_resident_mib")}";
    });

    public static readonly StoryStep ColdStart = new("Figures: vdi-shim from its start to the signed-in answer over mTLS", async scene =>
    {
        var person = scene.City.People["karim.haddad"];
        scene.Watch(person);
        using var quiet = new Quiet(scene);
        var times = new List<double>();
        for (var i = 0; i < ColdStarts; i++) times.Add((await ColdStartClock.MeasureAsync(scene.City, scene.B, person)).TotalMilliseconds);
        scene.Figures["shim_cold_start_to_signed_in_ms"] = Median(times);
        return string.Join(", ", times.Select(time => $"{time:0}")) + $" ms; {Aim.Note(scene.Figures, "shim_cold_start_to_signed_in_ms")}";
    });

    public static readonly StoryStep FirstFrame = new("Figures: sign-in pressed to the first complete frame, beside plain xfreerdp to the same host", async scene =>
    {
        if (scene.A.InUse) await scene.A.LeaveAsync();
        // The housing office's only host, so that both ways lead to the same machine; one person, so that both find the same home.
        var person = scene.City.People["benoit.lemaitre"];
        scene.Watch(person);
        using var quiet = new Quiet(scene);
        await SignOutAsync(scene, await scene.Caller.TakeDesktopAsync(person), person);
        var (shimNew, shimReturn, plainNew, plainReturn) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        for (var i = 0; i < Times; i++)
        {
            shimNew.Add(await ByShimAsync(scene, person));
            shimReturn.Add(await ByShimAsync(scene, person));
            plainReturn.Add(await PlainAsync(scene, person));
            plainNew.Add(await PlainAsync(scene, person));
        }
        foreach (var (name, values) in (IEnumerable<(string, List<double>)>)[("shim_new", shimNew), ("shim_return", shimReturn), ("plain_new", plainNew), ("plain_return", plainReturn)])
            scene.Figures[$"first_frame_{name}_ms"] = Median(values);
        scene.Figures["first_frame_more_new_ms"] = scene.Figures["first_frame_shim_new_ms"] - scene.Figures["first_frame_plain_new_ms"];
        scene.Figures["first_frame_more_return_ms"] = scene.Figures["first_frame_shim_return_ms"] - scene.Figures["first_frame_plain_return_ms"];
        return $"new {Listed(shimNew)} beside {Listed(plainNew)} ms, return {Listed(shimReturn)} beside {Listed(plainReturn)} ms; {Aim.Note(scene.Figures, "first_frame_more_new_ms", "first_frame_more_return_ms")}";
    });

    public static readonly StoryStep WalkOn = new("Figures: left in one room, gone on with in another", async scene =>
    {
        var person = scene.City.People["benoit.lemaitre"];
        scene.Watch(person);
        using var quiet = new Quiet(scene);
        var (here, there, times) = (scene.B, scene.A, new List<double>());
        await here.SignInAsync(person.Login, person.Password);
        await FrameAsync(here);
        for (var i = 0; i < Times; i++)
        {
            var clock = Stopwatch.StartNew();
            await here.LeaveAsync();
            await there.SignInAsync(person.Login, person.Password);
            await FrameAsync(there);
            times.Add(clock.Elapsed.TotalMilliseconds);
            (here, there) = (there, here);
        }
        await here.LeaveAsync();
        scene.Figures["walk_on_ms"] = Median(times);
        return $"{Listed(times)} ms from the wish to leave, typing and walking left out; {Aim.Note(scene.Figures, "walk_on_ms")}";
    });

    /// <summary>The lines in their order.</summary>
    public static IReadOnlyList<StoryStep> Steps => [Sizes, ColdStart, FirstFrame, WalkOn];

    private static async Task<double> ByShimAsync(StoryScene scene, Townsperson person)
    {
        var clock = Stopwatch.StartNew();
        await scene.B.SignInAsync(person.Login, person.Password);
        await FrameAsync(scene.B);
        var took = clock.Elapsed.TotalMilliseconds;
        await scene.B.LeaveAsync();
        return took;
    }

    private static async Task<double> PlainAsync(StoryScene scene, Townsperson person)
    {
        var held = await scene.Caller.TakeDesktopAsync(person);
        var desktop = held.Desktop;
        var clock = Stopwatch.StartNew();
        double took;
        await using (await PlainClient.StartAsync(scene.B, desktop.Address, (int)desktop.Port, desktop.CertificateSha256.Memory, desktop.User, desktop.Ticket))
        {
            await FrameAsync(scene.B);
            took = clock.Elapsed.TotalMilliseconds;
            await SignOutAsync(scene, held, person);
        }
        await scene.B.ShowsNothingAsync(StoryScene.Patience);
        return took;
    }

    private static async Task SignOutAsync(StoryScene scene, HeldDesktop held, Townsperson person)
    {
        await scene.Caller.CloseAsync(held, Closing.SignOut);
        await Eventually.HoldsAsync($"the session of {person.Login} is over", StoryScene.Patience,
            () => !scene.City.Blades.Any(blade => blade.SessionOf(person.UidNumber).Count > 0));
    }

    // As often as the screen can be looked at: this is a clock, not a wait.
    private static async Task FrameAsync(Station station)
    {
        var clock = Stopwatch.StartNew();
        while (!DesktopLook.IsComplete(await station.Screen.LookAsync()))
        {
            if (clock.Elapsed > StoryScene.Patience) throw new StoryException($"no complete frame on {station.Name}: {string.Join(" | ", station.Heard().TakeLast(3))}");
            await Task.Delay(TimeSpan.FromMilliseconds(5));
        }
    }

    private static string Listed(IEnumerable<double> values) => string.Join(", ", values.Select(value => $"{value:0}"));

    internal static double Mib(long bytes) => Math.Round(bytes / 1048576.0, 1);

    private static double Median(IEnumerable<double> values) => Math.Round(values.Order().ElementAt(values.Count() / 2));

    // Nothing else of ours runs while something is timed.
    private sealed class Quiet : IDisposable
    {
        private readonly StoryScene _scene;

        public Quiet(StoryScene scene) => (_scene, scene.Reader.Paused) = (scene, true);

        public void Dispose() => _scene.Reader.Paused = false;
    }
}
