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
        var request = new EnrolRequest { Name = Name(Environment.MachineName), Model = Maker, Language = language };
        request.Macs.AddRange(Cards().Select(card => card.Mac));
        return request;
    }

    /// <summary>Maker and model; empty = the firmware does not say.</summary>
    public static string Maker => Model($"{Line(Dmi, "sys_vendor")} {Line(Dmi, "product_name")}");

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

    /// <summary>Its network cards, by name, and their hardware addresses. Cards alone: what the kernel has made up (loopback, bridges, tunnels) has no device.</summary>
    public static IReadOnlyList<(string Name, string Mac)> Cards()
    {
        List<(string Name, string Mac)> cards = [];
        if (!Directory.Exists(Network)) return cards;
        foreach (var card in Directory.EnumerateDirectories(Network).Order(StringComparer.Ordinal).Where(card => Path.Exists(Path.Combine(card, "device"))))
        {
            var mac = Line(card, "address");
            // The second digit is odd where it means many.
            if (mac.Length == LengthOfMac && mac != "00:00:00:00:00:00" && "02468ace".Contains(mac[1], StringComparison.Ordinal) && cards.Count < MostCards && !cards.Any(one => one.Mac == mac)) cards.Add((Path.GetFileName(card), mac));
        }
        return cards;
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
