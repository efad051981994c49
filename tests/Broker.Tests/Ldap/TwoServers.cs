using Microsoft.Extensions.Logging;
using VdiBroker.City.Directory;
using VdiBroker.Ldap;
using Xunit;

namespace VdiBroker.Broker.Tests.Ldap;

/// <summary>One real slapd behind two fronts that misbehave on demand: to the broker, two servers of one directory.</summary>
public sealed class TwoServers : IAsyncLifetime
{
    private readonly string _folder = System.IO.Directory.CreateTempSubdirectory("vdi-two-").FullName;
    private readonly DirectoryAuthority _authority;
    private Slapd? _slapd;

    public TwoServers() => _authority = DirectoryAuthority.Make(Path.Combine(_folder, "ca"));

    /// <summary>Of the directory; no other test's, so that its threads are known by their names.</summary>
    public string Id { get; } = $"d{Guid.NewGuid().ToString("N")[..4]}";

    public Slapd Slapd => _slapd!;

    public RoughServer First { get; private set; } = null!;

    public RoughServer Second { get; private set; } = null!;

    public Townsperson Amelie => Slapd.People.Amelie;

    public async Task InitializeAsync()
    {
        var tls = DirectoryTls.Make(Path.Combine(_folder, "slapd-tls"), "127.0.0.41");
        _slapd = await Slapd.StartAsync(Path.Combine(_folder, "slapd"), "127.0.0.41", Townspeople.Make(), tls);
        First = RoughServer.Start(RoughPlan.Before(_slapd, "127.0.0.42", _authority));
        Second = RoughServer.Start(RoughPlan.Before(_slapd, "127.0.0.43", _authority));
    }

    /// <summary>A service over the first, or over both.</summary>
    internal (LdapService Service, Lines Log) Service(bool both = true, bool startTls = false, TimeSpan? deadline = null)
    {
        var log = new Lines();
        var servers = both ? (RoughServer[])[First, Second] : [First];
        var options = new LdapServiceOptions
        {
            Id = Id,
            Servers =
            [
                .. servers.Select(server => startTls
                    ? new LdapServer(new Uri(server.LdapUri), LdapSecurity.StartTls, server.CaFile)
                    : new LdapServer(new Uri(server.LdapsUri), LdapSecurity.Ldaps, server.CaFile)),
            ],
            BindDn = Slapd.BrokerDn,
            BindPasswordFile = Slapd.BrokerPasswordFile,
            Deadline = deadline ?? TimeSpan.FromSeconds(3),
        };
        return (new LdapService(options, new LdapLog(LoggerFactory.Create(logging => logging.AddProvider(log)).CreateLogger<LdapLog>()), TimeProvider.System), log);
    }

    public async Task DisposeAsync()
    {
        await First.DisposeAsync();
        await Second.DisposeAsync();
        await Slapd.DisposeAsync();
        _authority.Dispose();
        System.IO.Directory.Delete(_folder, recursive: true);
    }
}
