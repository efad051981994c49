using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using VdiBroker.Checks;

namespace VdiBroker.Ldap;

/// <summary>Tries one server of a directory: name, port, TLS, certificate, the broker's account.</summary>
internal static class LdapServerCheck
{
    /// <summary>Connects as the broker does.</summary>
    /// <param name="options">The directory.</param>
    /// <param name="server">One of its servers.</param>
    /// <param name="now">The instant.</param>
    /// <returns>What was found, and the connection, bound as the broker, for further tries; null when there is none. The caller's to dispose.</returns>
    public static async Task<(IReadOnlyList<CheckFinding> Findings, LdapClient? Client)> RunAsync(LdapServiceOptions options, LdapServer server, DateTimeOffset now)
    {
        var what = $"directory {options.Id}";
        var clock = Stopwatch.StartNew();
        LdapClient client;
        try
        {
            client = await LdapConnector.OpenAsBrokerAsync(server, options);
        }
        catch (DirectoryOutOfReachException fault)
        {
            return ([CheckFinding.Bad(what, server.Origin, fault.Message.StartsWith(server.Origin, StringComparison.Ordinal) ? fault.Message[server.Origin.Length..].TrimStart(':', ' ') : fault.Message, Remedy(fault))], null);
        }
        var findings = new List<CheckFinding>
        {
            CheckFinding.Good(what, server.Origin, string.Create(CultureInfo.InvariantCulture,
                $"{(options.BindDn is null ? "lets anybody search" : "takes the broker's account")}, after {clock.ElapsedMilliseconds} ms with a new connection")),
        };
        if (client.ServerCertificate is { } shown)
        {
            using var certificate = X509CertificateLoader.LoadCertificate(shown);
            findings.Add(CertificateCheck.Dates(what, server.Origin, certificate, now, "renew the directory server's certificate"));
        }
        if (server.Security == LdapSecurity.None)
            findings.Add(CheckFinding.Warning(what, server.Origin, "passwords go to it without TLS", "on this machine alone that can be borne; else use ldaps:// or StartTLS"));
        return (findings, client);
    }

    private static string Remedy(DirectoryOutOfReachException fault) => fault.Outage switch
    {
        Outage.Untrusted => "if the server's certificate was renewed on purpose, put its authority's certificate into 'ca'; if not, find out who answers there",
        Outage.OwnAccount => "try the account by hand: ldapwhoami -x -H SERVER -D BIND_DN -W",
        Outage.Silent => "look at the server and at firewalls on the way: it takes connections and says nothing",
        Outage.Unwilling => "the server's own log says why",
        _ => "look at 'servers' in the city file, at the server, and at firewalls on the way",
    };
}
