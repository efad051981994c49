using VdiBroker.City.Directory;
using VdiBroker.City.Processes;

namespace VdiBroker.Broker.Tests.Directory;

/// <summary>A slapd and, on wish, a rough server before it, in a folder of their own, asked with ldap-utils.</summary>
public sealed class RoughPlace : IAsyncDisposable
{
    private readonly string _folder;

    private RoughPlace(string folder, DirectoryAuthority authority, Slapd slapd, RoughServer rough)
    {
        _folder = folder;
        (Authority, Slapd, Rough) = (authority, slapd, rough);
    }

    public DirectoryAuthority Authority { get; }

    public Slapd Slapd { get; }

    public RoughServer Rough { get; }

    public Townsperson Amelie => Slapd.People.Amelie;

    public static async Task<RoughPlace> StartAsync(Func<SlapdPlan, SlapdPlan>? change = null)
    {
        const string address = "127.0.0.36";
        var folder = System.IO.Directory.CreateTempSubdirectory("vdi-rough-").FullName;
        var authority = DirectoryAuthority.Make(Path.Combine(folder, "ca"));
        var plan = new SlapdPlan(Path.Combine(folder, "slapd"), address, Townspeople.Make(tenants: ["drancy"]), authority.IssueServer(Path.Combine(folder, "tls"), address));
        var slapd = await Slapd.StartAsync((change ?? (same => same))(plan));
        return new RoughPlace(folder, authority, slapd, RoughServer.Start(RoughPlan.Before(slapd, "127.0.0.37", authority)));
    }

    /// <summary>"Who am I" as a person, over LDAPS or (an ldap:// address) StartTLS; the status is the LDAP result, 255 or 1 for the connection's faults.</summary>
    public Task<ToolAnswer> WhoAsync(string uri, string dn, string password, params string[] more) => AskAsync("ldapwhoami", uri, dn, password, ["-e", "ppolicy", .. more]);

    public Task<ToolAnswer> WhoAsync(string uri) => WhoAsync(uri, Amelie.Dn, Amelie.Password);

    /// <summary>A search as the broker's account.</summary>
    public async Task<ToolAnswer> SearchAsync(string uri, string under, string filter, params string[] more) =>
        await AskAsync("ldapsearch", uri, Slapd.BrokerDn, await File.ReadAllTextAsync(Slapd.BrokerPasswordFile), ["-LLL", "-o", "ldif-wrap=no", "-b", under, .. more, filter, "dn"]);

    /// <summary>Runs one of ldap-utils with 2 s for network and answer.</summary>
    public Task<ToolAnswer> AskAsync(string tool, string uri, string dn, string password, params string[] more)
    {
        var secret = Path.Combine(_folder, Guid.NewGuid().ToString("N"));
        File.WriteAllText(secret, password);
        string[] security = uri.StartsWith("ldap:", StringComparison.Ordinal) ? ["-ZZ"] : [];
        return Tool.RunAsync(tool, ["-x", "-H", uri, "-D", dn, "-y", secret, "-o", "nettimeout=2", .. security, .. more], environment: new Dictionary<string, string>
        {
            ["LDAPTLS_CACERT"] = Authority.CaFile,
            ["LDAPTIMEOUT"] = "2",
        });
    }

    public async ValueTask DisposeAsync()
    {
        await Rough.DisposeAsync();
        await Slapd.DisposeAsync();
        Authority.Dispose();
        System.IO.Directory.Delete(_folder, recursive: true);
    }
}
