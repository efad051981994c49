using Google.Protobuf.Collections;
using VdiBroker.Protocol.Station.V1;

namespace VdiBroker.Shim.Sessions;

/// <summary>What the kernel tells of this machine, for whoever decides whether it is admitted. What a broker would not take is left out here.</summary>
internal static class MachineFacts
{
    private const string Dmi = "/sys/class/dmi/id";
    private const string Network = "/sys/class/net";
    private const int LongestModel = 64;
    private const int LongestName = 63;
    private const int MostCards = 8;
    private const int LengthOfMac = 17;

    /// <summary>The question to a broker.</summary>
    public static EnrolRequest Ask(string language)
    {
        var request = new EnrolRequest { Name = Name(Environment.MachineName), Model = Model($"{Line(Dmi, "sys_vendor")} {Line(Dmi, "product_name")}"), Language = language };
        AddCards(request.Macs);
        return request;
    }

    /// <summary>A name that fits; empty = this one does not.</summary>
    public static string Name(string machine)
    {
        var name = machine.Split('.')[0].ToLowerInvariant();
        return name.Length is > 0 and <= LongestName && name.All(one => char.IsAsciiLetterLower(one) || char.IsAsciiDigit(one) || one == '-') && name[0] != '-' && name[^1] != '-' ? name : "";
    }

    /// <summary>What of a text a broker takes.</summary>
    public static string Model(string said)
    {
        var plain = string.Concat(said.Where(one => one is >= ' ' and <= '~')).Trim();
        return plain.Length > LongestModel ? plain[..LongestModel] : plain;
    }

    // Cards alone: what the kernel has made up (loopback, bridges, tunnels) has no device.
    private static void AddCards(RepeatedField<string> macs)
    {
        if (!Directory.Exists(Network)) return;
        foreach (var card in Directory.EnumerateDirectories(Network).Order(StringComparer.Ordinal).Where(card => Path.Exists(Path.Combine(card, "device"))))
        {
            var mac = Line(card, "address");
            // The second digit is odd where it means many.
            if (mac.Length == LengthOfMac && mac != "00:00:00:00:00:00" && "02468ace".Contains(mac[1], StringComparison.Ordinal) && macs.Count < MostCards && !macs.Contains(mac)) macs.Add(mac);
        }
    }

    private static string Line(string folder, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, file)).Trim();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // A machine without firmware tables says nothing.
            return "";
        }
    }
}
