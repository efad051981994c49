using VdiBroker.City.Directory;
using VdiBroker.Directory;
using VdiBroker.Kernel;
using VdiBroker.Ldap;

namespace VdiBroker.Bench;

/// <summary>A real slapd of one measurement, in a folder of its own.</summary>
internal sealed class BenchDirectory : IAsyncDisposable
{
    private readonly string _folder;

    private BenchDirectory(string folder, Slapd slapd)
    {
        _folder = folder;
        Slapd = slapd;
    }

    public Slapd Slapd { get; }

    /// <summary>Starts it; it logs nothing.</summary>
    public static async Task<BenchDirectory> StartAsync(Townspeople people, string address, CancellationToken cancel, params SlapdSuffix[] further)
    {
        var folder = System.IO.Directory.CreateTempSubdirectory("vdi-bench-").FullName;
        var tls = DirectoryTls.Make(Path.Combine(folder, "tls"), address);
        return new BenchDirectory(folder, await Slapd.StartAsync(new SlapdPlan(Path.Combine(folder, "slapd"), address, people, tls) { Verbose = false, Further = [.. further] }, cancel));
    }

    /// <summary>One of its people, round and round.</summary>
    public Townsperson Person(long number) => Slapd.People.Everybody[(int)(number % Slapd.People.Everybody.Count)];

    /// <summary>How the broker would be told of it.</summary>
    public LdapServiceOptions Service(string id, int connections) => new()
    {
        Id = id,
        Servers = [new LdapServer(new Uri(Slapd.LdapsUri), LdapSecurity.Ldaps, Slapd.CaFile)],
        BindDn = Slapd.BrokerDn,
        BindPasswordFile = Slapd.BrokerPasswordFile,
        Connections = connections,
    };

    /// <summary>How the broker's Directory room would be told of it.</summary>
    public DirectoryOptions Options(string id, int connections) => new()
    {
        Id = id,
        Servers = [new Uri(Slapd.LdapsUri)],
        CaFile = Slapd.CaFile,
        BindDn = Slapd.BrokerDn,
        BindPasswordFile = Slapd.BrokerPasswordFile,
        People = new PeopleOptions(Slapd.People.PeopleBase),
        Groups = new GroupsOptions(Slapd.People.GroupsBase),
        Connections = connections,
    };

    /// <summary>The branches of all its tenants.</summary>
    public IEnumerable<TenantBranch> Branches(string id) => Slapd.People.Tenants.Select(tenant => new TenantBranch(new TenantId(tenant), id, Slapd.People.PeopleOf(tenant)));

    public async ValueTask DisposeAsync()
    {
        await Slapd.DisposeAsync();
        System.IO.Directory.Delete(_folder, recursive: true);
    }
}
