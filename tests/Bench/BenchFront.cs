using VdiBroker.City.Directory;

namespace VdiBroker.Bench;

/// <summary>A server that misbehaves on demand before a real one, with a CA of its own.</summary>
internal sealed class BenchFront : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = System.IO.Directory.CreateTempSubdirectory("vdi-bench-front-");
    private readonly DirectoryAuthority _authority;

    private BenchFront(Slapd behind, string address)
    {
        _authority = DirectoryAuthority.Make(Path.Combine(_folder.FullName, "ca"));
        Server = RoughServer.Start(RoughPlan.Before(behind, address, _authority));
    }

    public RoughServer Server { get; }

    /// <summary>Starts it; it serves.</summary>
    public static BenchFront Start(Slapd behind, string address) => new(behind, address);

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _authority.Dispose();
        _folder.Delete(recursive: true);
    }
}
