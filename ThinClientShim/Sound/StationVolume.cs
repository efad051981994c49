using VdiBroker.Shim.Configuration;
using VdiBroker.Shim.Rdp;
using VdiBroker.Shim.Terminal;

namespace VdiBroker.Shim.Sound;

/// <summary>How loud the station is, by whatever mixer it has.</summary>
internal static class StationVolume
{
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(3);

    /// <summary>Sets it. Nobody waits for it, and a station without sound is none the worse.</summary>
    /// <param name="percent">0 to 100.</param>
    /// <param name="journal">Told what came of it.</param>
    public static async Task SetAsync(uint percent, Journal journal)
    {
        foreach (var command in Commands(Math.Min(percent, 100)).Where(command => FreeRdp.Find(command[0]) is not null))
        {
            var (_, fault) = await Tool.RunAsync(command, Within);
            if (fault.Length == 0)
            {
                journal.Step($"volume percent={percent} by={command[0]}");
                return;
            }
            journal.Step($"volume-failed by={command[0]} why={fault}");
        }
    }

    /// <summary>What sets it, the likeliest to be right first: PulseAudio (or PipeWire's likeness of it), PipeWire, ALSA.</summary>
    public static IReadOnlyList<string[]> Commands(uint percent) =>
    [
        ["pactl", "set-sink-volume", "@DEFAULT_SINK@", $"{percent}%"],
        ["wpctl", "set-volume", "@DEFAULT_AUDIO_SINK@", $"{percent}%"],
        ["amixer", "-q", "sset", "Master", $"{percent}%"],
    ];
}
