using System.Runtime.InteropServices;
using VdiBroker.City.Processes;

namespace VdiBroker.HostAgent.Tests.Rig;

/// <summary>A station's sound service with a loudspeaker that nobody hears, and what came out of it.</summary>
internal sealed class Loudspeaker : IAsyncDisposable
{
    private const int Rate = 44100;
    private const int Loud = 2000;

    private readonly ServerProcess _service;
    private readonly ServerProcess _ear;
    private readonly string _folder;

    private Loudspeaker(ServerProcess service, ServerProcess ear, string folder) => (_service, _ear, _folder) = (service, ear, folder);

    /// <summary>Where the service listens.</summary>
    public string Socket => SocketIn(_folder);

    public static async Task<Loudspeaker> StartAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        var socket = SocketIn(folder);
        var environment = new Dictionary<string, string> { ["HOME"] = folder, ["XDG_RUNTIME_DIR"] = folder, ["PULSE_SERVER"] = "unix:" + socket };
        var service = ServerProcess.Start("pulseaudio", Path.Combine(folder, "service.log"), "pulseaudio",
            ["-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1", "-L", $"module-native-protocol-unix socket={socket} auth-anonymous=1", "-L", "module-null-sink sink_name=speaker"], environment);
        await service.ReadyAsync(async () => (await Tool.RunAsync("pactl", ["info"], environment: environment)).Status == 0, Soon.Deadline);
        var ear = ServerProcess.Start("parec", Path.Combine(folder, "ear.log"), "parec", ["-d", "speaker.monitor", "--raw", $"--rate={Rate}", "--channels=1", "--format=s16le", HeardIn(folder)], environment);
        return new(service, ear, folder);
    }

    /// <summary>Pitch in hertz of the last half second in which something loud was heard throughout; null = there was none.</summary>
    public int? PitchHeard()
    {
        if (!File.Exists(HeardIn(_folder))) return null;
        using var file = new FileStream(HeardIn(_folder), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[file.Length & ~1L];
        file.ReadExactly(bytes);
        var samples = MemoryMarshal.Cast<byte, short>(bytes);
        for (var end = samples.Length; end >= Rate / 2; end -= Rate / 20)
        {
            var half = samples[(end - (Rate / 2))..end];
            if (!IsLoud(half)) continue;
            var crossings = 0;
            for (var at = 1; at < half.Length; at++)
                if (half[at - 1] < 0 && half[at] >= 0) crossings++;
            return crossings * 2;
        }
        return null;
    }

    public async ValueTask DisposeAsync()
    {
        await _ear.DisposeAsync();
        await _service.DisposeAsync();
    }

    // Throughout: in each hundredth of a second.
    private static bool IsLoud(ReadOnlySpan<short> samples)
    {
        for (var at = 0; at + (Rate / 100) <= samples.Length; at += Rate / 100)
            if (!samples.Slice(at, Rate / 100).ContainsAnyInRange((short)Loud, short.MaxValue)) return false;
        return true;
    }

    private static string SocketIn(string folder) => Path.Combine(folder, "sound.sock");

    private static string HeardIn(string folder) => Path.Combine(folder, "heard.raw");
}
