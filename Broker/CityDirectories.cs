using VdiBroker.Directory;

namespace VdiBroker;

/// <summary>The city's directories for one command: asked as the running broker would ask them, with connections of its own.</summary>
internal sealed class CityDirectories : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    /// <summary>Prepares them; connections are made when something is asked.</summary>
    public CityDirectories(CityPlan plan) => _services = new ServiceCollection()
        .AddLogging(logging => logging.ClearProviders())
        .AddDirectory(plan.Directories.Directories, plan.Directories.Branches)
        .BuildServiceProvider();

    /// <summary>Looks people up.</summary>
    public LookUpPerson LookUp => _services.GetRequiredService<LookUpPerson>();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
