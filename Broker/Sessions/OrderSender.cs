using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Storage;

namespace VdiBroker.Sessions;

/// <summary>
/// Passes orders to the hosts whose streams this broker holds, as soon as the decision is in the event stream, whichever broker made it. What is missed is
/// repeated with the host's next report.
/// </summary>
internal sealed class OrderSender(FarmEvents events, HostLinks links) : IHostedService, IDisposable
{
    private IDisposable? _subscription;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _subscription = events.Subscribe(happened =>
        {
            if (happened.Kind == "session-ending") links.Send(new HostId(happened["host"]), ReconcileHost.OrderToEnd(happened["session"], happened["user"]));
        });
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose() => _subscription?.Dispose();
}
