using System.Buffers.Text;
using VdiBroker.Agent.Linux;
using VdiBroker.Protocol.Host.V1;

namespace VdiBroker.Agent.Watching;

/// <summary>How busy the host is, as the kernel says.</summary>
internal static class HostLoadReader
{
    /// <summary>Reads the load now; what the kernel does not say stays 0.</summary>
    public static HostLoad Read()
    {
        Span<byte> buffer = stackalloc byte[4096];
        var load = new HostLoad { Cores = (uint)Environment.ProcessorCount };
        if (Utf8Parser.TryParse(ProcFile.Read("/proc/loadavg", buffer), out double load1, out _)) load.Load1 = load1;
        var memory = ProcFile.Read("/proc/meminfo", buffer);
        load.MemoryTotalBytes = Bytes(memory, "MemTotal:"u8);
        load.MemoryAvailableBytes = Bytes(memory, "MemAvailable:"u8);
        return load;
    }

    private static ulong Bytes(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name)
    {
        var at = text.IndexOf(name);
        return at >= 0 && Utf8Parser.TryParse(text[(at + name.Length)..].TrimStart((byte)' '), out ulong kibibytes, out _) ? kibibytes * 1024 : 0;
    }
}
