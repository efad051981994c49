namespace VdiBroker.Observability;

/// <summary>Counters of a room that begin at 0.</summary>
/// <param name="Tell">Adds 0 to each, with every tag that an alert looks for.</param>
internal sealed record Beginning(Action Tell);

/// <summary>
/// Lets what is rare begin at 0. A counter's line is born with its first value, and what was born at 1 and stays there has grown by nothing, as Prometheus sees it: without this the first fault, lost
/// desktop or refused ticket after each start of a broker would raise no alert.
/// </summary>
internal sealed class Beginnings(IEnumerable<Beginning> beginnings) : IHostedService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var beginning in beginnings) beginning.Tell();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
