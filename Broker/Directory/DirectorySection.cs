using System.Net;
using VdiBroker.CityFile;

namespace VdiBroker.Directory;

/// <summary>Reads an entry of <c>directories</c>.</summary>
internal static class DirectorySection
{
    private static readonly TimeSpan _shortest = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(30);

    private static readonly Dictionary<string, DirectorySchema> _schemas = new(StringComparer.Ordinal)
    {
        ["openldap"] = DirectorySchema.OpenLdap,
        ["active-directory"] = DirectorySchema.ActiveDirectory,
        ["389"] = DirectorySchema.ThreeEightNine,
    };

    /// <summary>Reads one directory; faults go to the document.</summary>
    public static DirectoryOptions Read(CityMap map)
    {
        var schema = Schema(map);
        var plain = IsPlain(map);
        var directory = new DirectoryOptions
        {
            Id = map.Id("id"),
            Schema = schema,
            Plain = plain,
            Servers = [.. map.Texts("servers").Select(text => Server(map, text, plain)).OfType<Uri>()],
            CaFile = FileOr(map, "ca", must: !plain),
            CertificateFile = FileOr(map, "client_certificate", must: map.Has("client_key")),
            KeyFile = FileOr(map, "client_key", must: map.Has("client_certificate")),
            BindDn = map.Has("bind_dn") || map.Has("bind_password_file") ? ViewSection.Dn(map, "bind_dn") : map.TextOr("bind_dn", null),
            BindPasswordFile = FileOr(map, "bind_password_file", must: map.Has("bind_dn")),
            People = ViewSection.People(map.Map("people"), SchemaPresets.People(schema, "")),
            Groups = ViewSection.Groups(map.Map("groups"), SchemaPresets.Groups(schema, "")),
            Deadline = map.Time("deadline", TimeSpan.FromSeconds(3)),
            SwitchAfter = map.Time("switch_after", TimeSpan.FromMilliseconds(700)),
            Connections = map.Number("connections", 1, 64, 4),
        };
        if (directory.Deadline < _shortest || directory.Deadline > _longest) map.Fault("deadline", "'deadline' must be from 100ms to 30s");
        if (directory.SwitchAfter < _shortest / 2 || directory.SwitchAfter > _longest) map.Fault("switch_after", "'switch_after' must be from 50ms to 30s");
        map.Close();
        return directory;
    }

    private static DirectorySchema Schema(CityMap map)
    {
        var text = map.TextOr("schema", "openldap")!;
        if (_schemas.TryGetValue(text, out var schema)) return schema;
        map.Fault("schema", $"'schema: {text}' is not known (known: {string.Join(", ", _schemas.Keys)})");
        return DirectorySchema.OpenLdap;
    }

    private static bool IsPlain(CityMap map)
    {
        var text = map.TextOr("transport", null);
        if (text is not (null or "none")) map.Fault("transport", $"'transport: {text}' can only be 'none'; without it, ldaps:// is TLS and ldap:// is StartTLS");
        return text == "none";
    }

    private static Uri? Server(CityMap map, string text, bool plain)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var server) || server is not { Scheme: "ldaps" or "ldap", Host.Length: > 0, UserInfo: "", PathAndQuery: "/" or "" })
        {
            map.Fault("servers", $"'{text}' must be ldaps://host:port, or ldap://host:port for StartTLS");
            return null;
        }
        if (plain && server.Scheme == "ldaps") map.Fault("servers", $"'{text}' is TLS, and 'transport: none' says none: keep one of the two");
        else if (plain && !IsLoopback(server)) map.Fault("servers", $"'{text}' would carry passwords unprotected: 'transport: none' is for servers on this machine (127.0.0.1, localhost) alone");
        // .NET knows the port of ldap, not that of ldaps.
        return server.Port > 0 ? server : new UriBuilder(server) { Port = 636 }.Uri;
    }

    /// <summary>True for an address of this machine itself.</summary>
    public static bool IsLoopback(Uri server) => server.DnsSafeHost == "localhost" || (IPAddress.TryParse(server.DnsSafeHost, out var address) && IPAddress.IsLoopback(address));

    private static string? FileOr(CityMap map, string key, bool must) => must || map.Has(key) ? map.File(key) : map.TextOr(key, null);
}
