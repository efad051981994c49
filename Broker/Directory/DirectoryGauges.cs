using System.Diagnostics.Metrics;
using VdiBroker.Ldap;
using VdiBroker.Observability;

namespace VdiBroker.Directory;

/// <summary>Whether each directory server answers, as this broker finds it: a gauge.</summary>
internal sealed class DirectoryGauges(DirectorySet directories) : IHostedService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        Instruments.Meter.CreateObservableGauge("vdibroker.ldap.server.up", Servers, unit: null, "1 = the directory's server is asked; 0 = it failed and is being tried");
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private IEnumerable<Measurement<int>> Servers() =>
        from directory in directories.Directories
        from state in directory.States
        select new Measurement<int>(state.Breaker.Phase == BreakerPhase.Closed ? 1 : 0, new("vdibroker.directory", directory.Id), new("server.address", state.Server.Origin));
}
