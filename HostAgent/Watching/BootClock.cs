using System.Buffers.Text;
using System.Globalization;
using System.Text;
using VdiBroker.Agent.Linux;

namespace VdiBroker.Agent.Watching;

/// <summary>When and as which start the host runs.</summary>
internal static class BootClock
{
    /// <summary>
    /// The kernel's boot id and the start of process 1: of two containers on one kernel, and of one container started twice, each has its own.
    /// </summary>
    public static string BootId()
    {
        Span<byte> buffer = stackalloc byte[64];
        var kernel = Encoding.ASCII.GetString(ProcFile.Read("/proc/sys/kernel/random/boot_id", buffer)).Trim();
        return string.Create(CultureInfo.InvariantCulture, $"{kernel}-{ProcessLine.Of(1)?.StartTicks ?? 0}");
    }

    /// <summary>The kernel's start; read once, because the kernel's answer moves with its clock.</summary>
    public static DateTimeOffset BootTime()
    {
        byte[] buffer = new byte[16 * 1024];
        var text = ProcFile.ReadWhole("/proc/stat", ref buffer);
        var at = text.IndexOf("\nbtime "u8);
        return at >= 0 && Utf8Parser.TryParse(text[(at + 7)..], out long seconds, out _)
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : DateTimeOffset.UnixEpoch;
    }

    /// <summary>The moment that a process's start in clock ticks means.</summary>
    public static DateTimeOffset At(DateTimeOffset boot, ulong startTicks) => boot.AddSeconds(startTicks / (double)Libc.ClockTicks);
}
