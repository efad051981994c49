using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using VdiBroker.Kernel;
using VdiBroker.Stations;
using VdiBroker.Trust;

namespace VdiBroker;

/// <summary><c>broker station</c>: which stations are admitted.</summary>
internal static class StationCommands
{
    /// <summary>Longest reason, in characters.</summary>
    public const int LongestWhy = 200;

    private const int Unchanged = 1;

    /// <summary>The command with its verbs.</summary>
    public static Command Build()
    {
        var command = new Command("station", "which stations are admitted, which are on, and what they are to do; one that was stolen is shut out at once, everywhere") { List(), Revoke(), Restore() };
        foreach (var verb in EnrolmentCommands.Build()) command.Add(verb);
        foreach (var verb in PresenceCommands.Build()) command.Add(verb);
        return command;
    }

    private static Command List()
    {
        var config = OpenedCity.ConfigOption();
        var json = new Option<bool>("--json") { Description = "for programs" };
        var command = new Command("list", "what was decided of stations; every other one is admitted with the city's certificate") { json, config };
        command.SetAction((parsed, _) => OpenedCity.UseAsync(parsed.GetRequiredValue(config), async city =>
        {
            var standings = (await new StandingStore(city.Store, city.Keys).ReadAsync()).Values.OrderBy(one => one.Station.Value, StringComparer.Ordinal).ToList();
            if (parsed.GetValue(json)) Console.WriteLine(Json(standings));
            else if (standings.Count == 0) Console.WriteLine("no station is revoked");
            foreach (var one in parsed.GetValue(json) ? [] : standings) Console.WriteLine(Text(one));
            return 0;
        }));
        return command;
    }

    private static Command Revoke()
    {
        var (config, name, why) = (OpenedCity.ConfigOption(), Name(), Why());
        var command = new Command("revoke", "shut a station out: its streams end, its calls are refused by every broker, whatever certificate of that name it shows") { name, why, config };
        command.SetAction((parsed, _) => DecideAsync(parsed.GetRequiredValue(config), parsed.GetRequiredValue(name), parsed.GetValue(why), revoked: true, certificate: null));
        return command;
    }

    private static Command Restore()
    {
        var (config, name, why) = (OpenedCity.ConfigOption(), Name(), Why());
        var file = new Option<FileInfo?>("--certificate") { Description = "PEM file: admit this certificate alone, so that the one that was stolen stays out" };
        var digits = new Option<string?>("--fingerprint") { Description = "the same, by the certificate's SHA-256" };
        var command = new Command("restore", "admit a station again") { name, file, digits, why, config };
        command.SetAction(async (parsed, _) =>
        {
            var (from, typed) = (parsed.GetValue(file), parsed.GetValue(digits));
            if (from is not null && typed is not null) return OpenedCity.Complain("say one of --certificate and --fingerprint", OpenedCity.BadInput);
            var certificate = typed is null ? null : CertificateDigest.Read(typed);
            if (typed is not null && certificate is null) return OpenedCity.Complain("--fingerprint: 64 hexadecimal digits, as 'openssl x509 -in CERT -noout -fingerprint -sha256' shows them", OpenedCity.BadInput);
            var station = parsed.GetRequiredValue(name);
            if (from is not null)
            {
                (certificate, var fault) = DigestOf(from, station);
                if (fault is not null) return OpenedCity.Complain(Printable.Of(fault), OpenedCity.BadInput);
            }
            return await DecideAsync(parsed.GetRequiredValue(config), station, parsed.GetValue(why), revoked: false, certificate);
        });
        return command;
    }

    private static async Task<int> DecideAsync(string config, string name, string? why, bool revoked, string? certificate)
    {
        if (!PeerName.IsName(name)) return NoName(name);
        if (why?.Length > LongestWhy) return OpenedCity.Complain($"--why: at most {LongestWhy} characters", OpenedCity.BadInput);
        return await OpenedCity.UseAsync(config, async city =>
        {
            var (station, by) = (new StationId(name), ProfileCommands.Operator);
            var (before, now) = await new StandingStore(city.Store, city.Keys).DecideAsync(station, (known, at) =>
            {
                // Which certificate is its own is not known any more: to admit any one may be to admit the stolen one.
                if (known?.IsUnreadable == true && !revoked && certificate is null) return null;
                // Where it stands, and for one that was accepted also which certificate is its own, outlasts a revocation.
                var standing = new StationStanding(station, revoked, at) { Certificate = certificate ?? (known?.Home is null ? null : known.Certificate), Home = known?.Home, By = by, Why = why ?? "" };
                return new StandingChange(standing, revoked ? "station-revoked" : "station-admitted", by, why ?? "");
            });
            Console.WriteLine(Text(now!));
            if (now!.IsUnreadable) return OpenedCity.Complain("it stays refused: say by --certificate or --fingerprint which certificate is its own, or accept it anew", Unchanged);
            return before?.IsUnreadable != true && (before?.Revoked ?? false) == revoked && before?.Certificate == now.Certificate ? OpenedCity.Complain(before is null ? "nothing stood in its way" : "so it stood before", Unchanged) : 0;
        });
    }

    private static (string? Certificate, string? Fault) DigestOf(FileInfo file, string station)
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificateFromFile(file.FullName);
            return PeerName.Of(certificate) is { Kind: PeerKind.Station } peer && peer.Name == station
                ? (CertificateDigest.Of(certificate), null)
                : (null, $"{file}: it is of {PeerName.Of(certificate)?.Uri ?? "nobody"}, not of station {station}");
        }
        catch (Exception fault) when (fault is CryptographicException or IOException or UnauthorizedAccessException)
        {
            return (null, $"{file}: {fault.Message}");
        }
    }

    private static Argument<string> Name() => new("NAME") { Description = "of the station, as its certificate has it" };

    /// <summary>The option <c>--why</c>.</summary>
    public static Option<string?> Why() => new("--why") { Description = "for those who ask later" };

    /// <summary>Complains of what is no name of a station.</summary>
    public static int NoName(string name) => OpenedCity.Complain(Printable.Of($"'{name}' is no name of a station: letters a to z, digits and inner hyphens, 1 to 63, as its certificate has it"), OpenedCity.BadInput);

    /// <summary>What stands of a name, in a line.</summary>
    public static string Text(StationStanding standing)
    {
        if (standing.IsUnreadable) return Printable.Of($"station {standing.Station} is refused: {standing.Why}");
        var what = (standing.Revoked, standing.Certificate) switch
        {
            (true, _) => "is revoked",
            (_, { } certificate) => $"is admitted with the certificate {certificate} alone",
            _ => "is admitted",
        };
        return Printable.Of(string.Create(CultureInfo.InvariantCulture, $"station {standing.Station} {what} since {Printable.Time(standing.DecidedAt)}, by {standing.By}{(standing.Why.Length > 0 ? $": {standing.Why}" : "")}{(standing.Home is { } home ? $"; at {home.Place} ({home.Kind})" : "")}"));
    }

    private static string Json(IEnumerable<StationStanding> all) => JsonRows.Of(all, static (json, one) =>
    {
        json.WriteString("station", one.Station.Value);
        json.WriteBoolean("revoked", one.Revoked);
        json.WriteString("certificate", one.Certificate);
        json.WriteString("at", one.DecidedAt);
        json.WriteString("by", one.By);
        json.WriteString("why", one.Why);
        json.WriteString("renewing", one.Next?.Certificate);
        json.WriteString("former", one.Former);
        json.WriteString("place", one.Home?.Place);
        json.WriteString("kind", one.Home?.Kind);
        json.WriteString("model", one.Home?.Model);
        json.WriteString("cards", one.Home?.Cards);
        json.WriteString("acceptedBy", one.Home?.AcceptedBy);
        if (one.Home is { } home) json.WriteString("acceptedAt", home.AcceptedAt);
        else json.WriteNull("acceptedAt");
    });
}
