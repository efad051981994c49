using System.Globalization;
using System.Net.NetworkInformation;
using VdiBroker.Protocol.Station.V1;

namespace VdiBroker.Shim.Orders;

/// <summary>What this machine is, as Linux says it: nothing that could not be read on its label or at its desk.</summary>
internal static class Machine
{
    private const int LongestModel = 128;
    private const int MostMacs = 8;

    /// <summary>How the station introduces itself.</summary>
    public static StationHello Hello()
    {
        var hello = new StationHello { Version = typeof(Machine).Assembly.GetName().Version?.ToString() ?? "0", Model = Model };
        hello.Macs.AddRange(Cards().Select(card => MacOf(card.GetPhysicalAddress())).Take(MostMacs));
        return hello;
    }

    /// <summary>Hardware, one thing a line.</summary>
    public static IEnumerable<string> Lines()
    {
        yield return $"machine: {(Model.Length > 0 ? Model : "not known")}";
        yield return $"system: {Read("/proc/sys/kernel/osrelease")}, on for {Hours(Read("/proc/uptime").Split(' ')[0])}";
        yield return $"processor: {Field("/proc/cpuinfo", "model name")}, {Environment.ProcessorCount} cores";
        yield return $"memory: {Field("/proc/meminfo", "MemTotal")}, free {Field("/proc/meminfo", "MemAvailable")}";
        foreach (var card in Cards()) yield return string.Create(CultureInfo.InvariantCulture, $"network card {card.Name}: {MacOf(card.GetPhysicalAddress())}, {card.OperationalStatus.ToString().ToLowerInvariant()}{(card.Speed > 0 ? $", {card.Speed / 1_000_000} Mbit/s" : "")}");
    }

    private static string Model => Plain($"{Read("/sys/class/dmi/id/sys_vendor")} {Read("/sys/class/dmi/id/product_name")}".Trim() is { Length: > 0 } dmi ? dmi : Read("/proc/device-tree/model").TrimEnd('\0'));

    private static IEnumerable<NetworkInterface> Cards() =>
        NetworkInterface.GetAllNetworkInterfaces().Where(card => card.NetworkInterfaceType is not NetworkInterfaceType.Loopback && card.GetPhysicalAddress().GetAddressBytes().Length == 6).OrderBy(card => card.Name, StringComparer.Ordinal);

    private static string MacOf(PhysicalAddress address) => string.Join(':', address.GetAddressBytes().Select(part => part.ToString("x2", CultureInfo.InvariantCulture)));

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

    private static string Plain(string text) => new([.. text.Where(sign => sign is >= ' ' and <= '~').Take(LongestModel)]);
}
