using VdiBroker.Storage;

namespace VdiBroker.Directory;

/// <summary>Forgets what is known of groups in groups when somebody asks for a refresh of rights at any broker.</summary>
internal sealed class GroupForgetter(FarmEvents events, DirectorySet directories) : IHostedService, IDisposable
{
    private IDisposable? _subscription;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _subscription = events.Subscribe(happened =>
        {
            if (happened.Kind == "rights-refreshed") directories.ForgetGroups();
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
