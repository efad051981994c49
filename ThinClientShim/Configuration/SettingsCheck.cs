using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using VdiBroker.Shim.Words;

namespace VdiBroker.Shim.Configuration;

/// <summary>Makes settings of what was given, or says everything that is wrong with it at once.</summary>
/// <param name="given">Values of the options and of the file; an option goes before the file.</param>
/// <param name="origin">What a missing key is reported against: the settings file.</param>
/// <param name="faults">Takes what is wrong.</param>
internal sealed class SettingsCheck(IReadOnlyList<Given> given, string origin, List<Fault> faults)
{
    /// <summary>The station's words; the default language where none or an unknown one was given.</summary>
    public Wording Words { get; } = Wording.Of(given.FirstOrDefault(one => one.Key == Key.Language)?.Value ?? Wording.Default)
        ?? Wording.Of(Wording.Default)!;

    /// <summary>The settings; null when there are faults.</summary>
    public StationSettings? Settings()
    {
        foreach (var empty in given.Where(one => one.Value.Length == 0)) faults.Add(new("config-empty", empty.Where, empty.Key.Name));
        foreach (var key in Key.All.Where(key => key.Required && !given.Any(one => one.Key == key)))
            faults.Add(new("config-missing", origin, key.Name));
        if (One(Key.Language) is { } language && Wording.Of(language.Value) is null)
            faults.Add(new("config-bad-language", language.Where, language.Value, string.Join(", ", Wording.Languages)));

        var brokers = given.Where(one => one.Key == Key.Broker && one.Value.Length > 0).Select(Broker).OfType<Uri>().ToList();
        var authorities = Authorities();
        var identity = Identity();
        var size = Size();
        var display = Display();
        var crest = Crest();
        var idle = GreeterIdle();
        var wake = WakeBy();
        if (faults.Count > 0) return null;
        var settings = new StationSettings
        {
            Brokers = brokers,
            Authorities = authorities!,
            Identity = identity!,
            Words = Words,
            Display = display!,
            User = One(Key.User)?.Value,
            Size = size,
            FreeRdp = One(Key.FreeRdp) is { } viewer ? viewer.Value.Contains('/') ? PathOf(viewer) : viewer.Value : "xfreerdp",
            City = One(Key.City)?.Value ?? "",
            Crest = crest,
            GreeterIdle = idle,
            Log = One(Key.Log) is { } log ? PathOf(log) : null,
        };
        return settings with
        {
            State = One(Key.State) is { } state ? PathOf(state) : settings.State,
            Restart = One(Key.Restart)?.Value ?? settings.Restart,
            ShutDown = One(Key.ShutDown)?.Value ?? settings.ShutDown,
            WakeBy = wake ?? settings.WakeBy,
            Cups = One(Key.Cups)?.Value ?? settings.Cups,
        };
    }

    private static string PathOf(Given one) => Path.Combine(one.Folder, one.Value);

    private Given? One(Key key) => given.FirstOrDefault(one => one.Key == key && one.Value.Length > 0);

    private Uri? Broker(Given one)
    {
        // The port is asked for in so many words: a forgotten one would silently mean 443.
        if (Uri.TryCreate(one.Value, UriKind.Absolute, out var uri) && uri is { Scheme: "https", AbsolutePath: "/", Query: "", UserInfo: "" }
            && one.Value.TrimEnd('/').EndsWith($":{uri.Port}", StringComparison.Ordinal)) return uri;
        faults.Add(new("config-bad-broker", one.Where, one.Value));
        return null;
    }

    private ScreenSize? Size()
    {
        if (One(Key.Size) is not { } one) return null;
        if (ScreenSize.TryParse(one.Value, out var size)) return size;
        faults.Add(new("config-bad-size", one.Where, one.Value));
        return null;
    }

    private string? Display()
    {
        var one = One(Key.Display);
        var value = one?.Value ?? Environment.GetEnvironmentVariable("DISPLAY");
        if (string.IsNullOrEmpty(value)) faults.Add(new("config-missing", origin, Key.Display.Name));
        else if (!value.Contains(':', StringComparison.Ordinal)) faults.Add(new("config-bad-display", one?.Where ?? "$DISPLAY", value));
        return value;
    }

    private int GreeterIdle()
    {
        const int longest = 3600;
        const int usual = 90;
        if (One(Key.GreeterIdle) is not { } one) return usual;
        if (int.TryParse(one.Value, out var seconds) && seconds is >= 1 and <= longest) return seconds;
        faults.Add(new("config-bad-seconds", one.Where, one.Value, longest));
        return usual;
    }

    private IPEndPoint? WakeBy()
    {
        if (One(Key.Wake) is not { } one) return null;
        if (IPEndPoint.TryParse(one.Value, out var where) && where is { Port: > 0, AddressFamily: System.Net.Sockets.AddressFamily.InterNetwork }) return where;
        faults.Add(new("config-bad-wake", one.Where, one.Value));
        return null;
    }

    private string? Crest()
    {
        if (One(Key.Crest) is not { } one) return null;
        if (File.Exists(PathOf(one))) return PathOf(one);
        faults.Add(new("config-no-file-at", one.Where, one.Value, Key.Crest.Name));
        return null;
    }

    private X509Certificate2Collection? Authorities() => Pem(Key.Ca, path =>
    {
        var all = new X509Certificate2Collection();
        all.ImportFromPemFile(path);
        return all.Count > 0 ? all : throw new CryptographicException("no certificate in it");
    });

    private StationIdentity? Identity()
    {
        var byHand = given.Any(one => one.Key == Key.Certificate || one.Key == Key.PrivateKey);
        foreach (var key in (Key[])[Key.Certificate, Key.PrivateKey])
            if (byHand && !given.Any(one => one.Key == key)) faults.Add(new("config-missing", origin, key.Name));
        if (byHand) return ByHand() is { } certificate ? StationIdentity.Of(certificate) : null;
        var one = One(Key.State);
        var folder = one is null ? StationIdentity.UsualFolder : PathOf(one);
        if (StationIdentity.In(folder, out var why) is { } identity) return identity;
        faults.Add(new("config-identity", one?.Where ?? origin, folder, why));
        return null;
    }

    private X509Certificate2? ByHand()
    {
        var key = Pem(Key.PrivateKey, File.ReadAllText);
        var identity = Pem(Key.Certificate, path => key is null
            ? X509CertificateLoader.LoadCertificateFromFile(path)
            : X509Certificate2.CreateFromPem(File.ReadAllText(path), key));
        if (identity is not null && (identity.NotAfter < DateTime.Now || identity.NotBefore > DateTime.Now) && One(Key.Certificate) is { } one)
            faults.Add(new("config-expired", one.Where, one.Value, $"{identity.NotBefore:u}", $"{identity.NotAfter:u}"));
        return identity;
    }

    private T? Pem<T>(Key key, Func<string, T> read)
        where T : class
    {
        if (One(key) is not { } one) return null;
        try
        {
            return read(PathOf(one));
        }
        catch (Exception fault) when (!File.Exists(PathOf(one)) || fault is UnauthorizedAccessException or IOException)
        {
            faults.Add(new("config-no-file-at", one.Where, one.Value, key.Name));
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException)
        {
            faults.Add(new("config-bad-pem", one.Where, one.Value, key.Name, fault.Message));
        }
        return null;
    }
}
