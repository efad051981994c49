using System.CommandLine;
using System.Net;

namespace VdiBroker.Trust;

/// <summary><c>broker ca init</c> and <c>broker ca issue</c>: certificates for a first installation.</summary>
internal static class CaCommands
{
    /// <summary>The command with its two verbs.</summary>
    public static Command Build(TimeProvider time) => new("ca", "the city's certificate authority, for a first installation") { Init(time), Issue(time) };

    private static Command Init(TimeProvider time)
    {
        var directory = new Option<DirectoryInfo>("--dir") { Required = true, Description = "where ca.crt and ca.key are made; keep ca.key off every broker" };
        var city = new Option<string>("--city") { Required = true, Description = "the city's name in every certificate, as in city.yaml" };
        var stations = new Option<bool>("--stations") { Description = "the one for stations alone, whose key brokers hold ('enrolment' in broker.json)" };
        var command = new Command("init", "make the authority") { directory, city, stations };
        command.SetAction(parsed => Tell(() =>
        {
            var where = parsed.GetRequiredValue(directory).FullName;
            var forStations = parsed.GetValue(stations);
            CityAuthority.Create(where, parsed.GetRequiredValue(city), time, forStations);
            return forStations ? $"authority for stations of {parsed.GetRequiredValue(city)}: {where}/ca.crt and ca.key (both to every broker, the key to nobody else)" : $"authority of {parsed.GetRequiredValue(city)}: {where}/ca.crt (give it to everyone), {where}/ca.key (give it to nobody)";
        }));
        return command;
    }

    private static Command Issue(TimeProvider time)
    {
        var directory = new Option<DirectoryInfo>("--dir") { Required = true, Description = "where ca.crt and ca.key are" };
        var kind = new Option<PeerKind>("--kind") { Required = true, Description = "station, host, broker, operator, or server (a TLS server of the city: directory, RDP)" };
        var name = new Option<string>("--name") { Required = true, Description = "lower-case letters, digits and hyphens" };
        var dns = new Option<string[]>("--dns") { Description = "a host name under which a server is reached; repeatable", DefaultValueFactory = _ => [] };
        var ip = new Option<string[]>("--ip") { Description = "an IP address under which a server is reached; repeatable", DefaultValueFactory = _ => [] };
        var days = new Option<int>("--days") { Description = "1 to 825", DefaultValueFactory = _ => 825 };
        var output = new Option<DirectoryInfo>("--out") { Required = true, Description = "where NAME.crt and NAME.key go" };
        var command = new Command("issue", "sign a certificate for a station, a host, a broker, an operator or a server") { directory, kind, name, dns, ip, days, output };
        command.SetAction(parsed => Tell(() =>
        {
            var addresses = parsed.GetRequiredValue(ip).Select(text =>
                IPAddress.TryParse(text, out var address) ? address : throw new ArgumentException($"--ip {text}: this is no IP address")).ToList();
            using var authority = CityAuthority.Open(parsed.GetRequiredValue(directory).FullName, time);
            var where = parsed.GetRequiredValue(output).FullName;
            authority.Issue(parsed.GetRequiredValue(kind), parsed.GetRequiredValue(name), parsed.GetRequiredValue(dns), addresses, parsed.GetRequiredValue(days), where);
            return $"{where}/{parsed.GetRequiredValue(name)}.crt and .key: {parsed.GetRequiredValue(kind)} of {authority.City}, {parsed.GetRequiredValue(days)} days";
        }));
        return command;
    }

    private static int Tell(Func<string> act)
    {
        try
        {
            Console.WriteLine(act());
            return 0;
        }
        catch (Exception fault) when (fault is IOException or ArgumentException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            Console.Error.WriteLine($"broker ca: {fault.Message}");
            return 1;
        }
    }
}
