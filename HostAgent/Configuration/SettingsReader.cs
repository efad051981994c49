using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using VdiBroker.Agent.Link;

namespace VdiBroker.Agent.Configuration;

/// <summary>Makes <see cref="AgentSettings"/> of a file and of options (which win), or says everything that is wrong at once.</summary>
internal static class SettingsReader
{
    /// <summary>Reads settings and tries the files that they name.</summary>
    /// <param name="file">The configuration file.</param>
    /// <param name="options">Values given as options.</param>
    /// <returns>Settings, or null and at least one error.</returns>
    public static (AgentSettings? Settings, IReadOnlyList<string> Errors) Read(string file, IReadOnlyList<(string Key, string Value)> options)
    {
        var errors = new List<string>();
        List<Setting> settings = [];
        try
        {
            settings = SettingLines.Parse(file, File.ReadAllLines(file), errors);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            errors.Add($"{file}: cannot be read ({fault.Message}): create it (see vdi-agent.conf of the package) or name another with --config");
            return (null, errors);
        }
        settings.RemoveAll(setting => options.Any(option => option.Key == setting.Key));
        settings.AddRange(options.Select(option =>
            new Setting(option.Key, option.Value, $"--{option.Key}", Environment.CurrentDirectory)));

        var brokers = Brokers(settings, file, errors);
        var authority = ReadableFile("ca", settings, file, errors);
        var certificate = ReadableFile("certificate", settings, file, errors);
        var key = ReadableFile("key", settings, file, errors);
        var rdp = ReadableFile("rdp-certificate", settings, file, errors);
        var socket = settings.Find(setting => setting.Key == "socket");
        var path = socket is null ? AgentSettings.DefaultSocket : Path.GetFullPath(socket.Value, socket.Folder);
        if (System.Text.Encoding.UTF8.GetByteCount(path) > 100)
            errors.Add($"{socket!.Place}: socket path is longer than 100 bytes, which Linux does not allow: choose a shorter one");
        if (authority is null || certificate is null || key is null || rdp is null) return (null, errors);

        Try("ca", authority.Place, () => Identity.ReadCertificate(authority.Value), errors);
        Try("rdp-certificate", rdp.Place, () => Identity.ReadCertificate(rdp.Value), errors);
        Try("certificate and key", certificate.Place, () => Identity.HostName(X509Certificate2.CreateFromPemFile(certificate.Value, key.Value)), errors);
        return errors.Count > 0
            ? (null, errors)
            : (new AgentSettings(brokers, authority.Value, certificate.Value, key.Value, rdp.Value, path)
            {
                VisitorHomes = Folder("visitor-homes", AgentSettings.DefaultVisitorHomes, settings),
                Desktops = Folder("desktops", AgentSettings.DefaultDesktops, settings),
                Cups = Folder("cups", AgentSettings.DefaultCups, settings),
                CupsSpool = Folder("cups-spool", AgentSettings.DefaultCupsSpool, settings),
                VisitorAccounts = Folder("visitor-accounts", AgentSettings.DefaultVisitorAccounts, settings),
            }, errors);
    }

    private static List<Uri> Brokers(List<Setting> settings, string file, List<string> errors)
    {
        var brokers = new List<Uri>();
        var given = settings.FindAll(setting => setting.Key == "broker");
        if (given.Count == 0) errors.Add($"{file}: broker is missing: add a line broker = https://address:port for each broker");
        foreach (var setting in given)
        {
            if (Uri.TryCreate(setting.Value, UriKind.Absolute, out var uri) && uri.Scheme == "https" && uri.PathAndQuery == "/" && uri.UserInfo == "")
                brokers.Add(uri);
            else
                errors.Add($"{setting.Place}: broker \"{setting.Value}\" is no address: write https://address:port");
        }
        return brokers;
    }

    // Whether it is there is looked at when somebody comes.
    private static string Folder(string key, string usual, List<Setting> settings) =>
        settings.Find(setting => setting.Key == key) is { } named ? Path.GetFullPath(named.Value, named.Folder) : usual;

    private static Setting? ReadableFile(string key, List<Setting> settings, string file, List<string> errors)
    {
        if (settings.Find(setting => setting.Key == key) is not { } setting)
        {
            errors.Add($"{file}: {key} is missing: add a line {key} = /path/of/file.pem");
            return null;
        }
        var path = Path.GetFullPath(setting.Value, setting.Folder);
        try
        {
            using var open = File.OpenRead(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            errors.Add($"{setting.Place}: {key} cannot be read ({fault.Message}): put the file there (broker ca issue) or correct the path");
            return null;
        }
        return setting with { Value = path };
    }

    private static void Try(string key, string place, Action read, List<string> errors)
    {
        try
        {
            read();
        }
        catch (Exception fault) when (fault is CryptographicException or FormatException or IOException)
        {
            errors.Add($"{place}: {key} cannot be used ({fault.Message}): issue it again with broker ca issue");
        }
    }
}
