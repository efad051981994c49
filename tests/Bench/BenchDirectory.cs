using VdiBroker.City.Directory;
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
    public static async Task<BenchDirectory> StartAsync(Townspeople people, string address, CancellationToken cancel)
    {
        var folder = System.IO.Directory.CreateTempSubdirectory("vdi-bench-").FullName;
        var tls = DirectoryTls.Make(Path.Combine(folder, "tls"), address);
        return new BenchDirectory(folder, await Slapd.StartAsync(new SlapdPlan(Path.Combine(folder, "slapd"), address, people, tls) { Verbose = false }, cancel));
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

    public async ValueTask DisposeAsync()
    {
        await Slapd.DisposeAsync();
        System.IO.Directory.Delete(_folder, recursive: true);
    }
}
