using System.Globalization;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.Shim.Sessions;

namespace VdiBroker.Shim.Orders;

/// <summary>What this machine is, as Linux says it: nothing that could not be read on its label or at its desk.</summary>
internal static class Machine
{
    private const int LongestLine = 128;

    /// <summary>How the station introduces itself.</summary>
    public static StationHello Hello()
    {
        var hello = new StationHello { Version = typeof(Machine).Assembly.GetName().Version?.ToString() ?? "0", Model = MachineFacts.Maker };
        hello.Macs.AddRange(MachineFacts.Cards().Select(card => card.Mac));
        return hello;
    }

    /// <summary>Hardware, one thing a line.</summary>
    public static IEnumerable<string> Lines()
    {
        yield return $"machine: {(MachineFacts.Maker is { Length: > 0 } maker ? maker : "not known")}";
        yield return $"system: {Read("/proc/sys/kernel/osrelease")}, on for {Hours(Read("/proc/uptime").Split(' ')[0])}";
        yield return $"processor: {Field("/proc/cpuinfo", "model name")}, {Environment.ProcessorCount} cores";
        yield return $"memory: {Field("/proc/meminfo", "MemTotal")}, free {Field("/proc/meminfo", "MemAvailable")}";
        foreach (var (name, mac) in MachineFacts.Cards()) yield return $"network card {name}: {mac}, {Read($"/sys/class/net/{name}/operstate")}, {Read($"/sys/class/net/{name}/speed")} Mbit/s";
    }

    private static string Field(string file, string name) =>
        Plain(Read(file).Split('\n').FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(':', 2) is [_, var value] ? value.Trim() : "not known");

    private static string Hours(string seconds) => double.TryParse(seconds, CultureInfo.InvariantCulture, out var on) ? string.Create(CultureInfo.InvariantCulture, $"{on / 3600:0.0} h") : "not known";

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static string Plain(string text) => new([.. text.Where(sign => sign is >= ' ' and <= '~').Take(LongestLine)]);
}
