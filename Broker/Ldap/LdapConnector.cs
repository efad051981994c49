using System.Globalization;

namespace VdiBroker.Ldap;

/// <summary>Makes connections that are bound as the broker.</summary>
internal static class LdapConnector
{
    /// <summary>Connects and binds; as nobody where the directory is searched without an account.</summary>
    /// <param name="server">Where to.</param>
    /// <param name="options">The broker's account there, and the deadline.</param>
    /// <param name="onSlow">Told when it takes long; it goes on.</param>
    /// <param name="memory">What is known of the server's certificate.</param>
    /// <exception cref="DirectoryOutOfReachException">It could not be done; nothing is left open.</exception>
    public static async Task<LdapClient> OpenAsBrokerAsync(LdapServer server, LdapServiceOptions options, Action? onSlow = null, CertificateMemory? memory = null)
    {
        // A file is read below, and whoever calls may be a thread that reads sockets.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var client = new LdapClient(server, options.Deadline, memory);
        client.Bound(options.Deadline, options.Patience, onSlow);
        try
        {
            if (options.BindDn is { } dn) await BindAsync(client, dn, options);
            else await client.GreetAsync();
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    private static async Task BindAsync(LdapClient client, string dn, LdapServiceOptions options)
    {
        var answer = await client.BindAsync(dn, BrokerPassword.Read(options));
        if (answer.Code == LdapResult.Success) return;
        throw LdapResult.IsOfTheServer(answer.Code)
            ? Unwilling(client.Server, answer.Code)
            : new DirectoryOutOfReachException(Outage.OwnAccount,
                $"{client.Server.Origin} refused the broker's own account (LDAP result {answer.Code}, {LdapResult.Words(answer.Code)}): check bind_dn and bind_password_file of directory {options.Id}");
    }

    /// <summary>A server answered that it cannot or will not.</summary>
    public static DirectoryOutOfReachException Unwilling(LdapServer server, int code) =>
        new(Outage.Unwilling, string.Create(CultureInfo.InvariantCulture, $"{server.Origin} answers with LDAP result {code} ({LdapResult.Words(code)})")) { Code = code };
}
