using VdiBroker.Shim.Terminal;

namespace VdiBroker.Shim.Brokers;

/// <summary>
/// Notices, during one visit, that the network is cut and that it is back. A broker that is dead or hangs is not the network: it is cut only when no broker answers and the desktop's host does not
/// either, by as little as a refusal. They are asked only where there is reason to: what is sent does not arrive, or no broker tells of the desktop.
/// </summary>
/// <param name="brokers">Of this station.</param>
/// <param name="journal">Told both turns.</param>
internal sealed class NetworkWatch(IEnumerable<Uri> brokers, Journal journal) : IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(0.5);

    // A broker that stays away is no reason to knock at the host for ever: each knock costs it a process.
    private static readonly Pause Between = new(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(30));

    private readonly IReadOnlyList<(string Host, int Port)> _brokers = [.. brokers.Select(one => (one.Host, one.Port))];
    private readonly CancellationTokenSource _over = new();
    private Task _run = Task.CompletedTask;
    private volatile Watched? _watched;
    private volatile TaskCompletionSource _turned = New();
    private long _cutSince;

    /// <summary>True from the instant that nobody answered until somebody does.</summary>
    public bool IsCut { get; private set; }

    /// <summary>From now on it is this desktop that the network is wanted for; the first one begins the watch.</summary>
    /// <param name="host">Where it is.</param>
    /// <param name="port">Its RDP port.</param>
    /// <param name="isHearing">True while a broker tells of it.</param>
    public void For(string host, int port, Func<bool> isHearing)
    {
        var begins = _watched is null;
        _watched = new([.. _brokers, (host, port)], [.. _brokers.Select(one => one.Port), port], isHearing);
        if (begins) _run = Task.Run(RunAsync);
    }

    /// <summary>Completes at the next turn, to cut or back. Asked for before <see cref="IsCut"/> is looked at, it misses none.</summary>
    public Task TurnedAsync() => _turned.Task;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _run;
        _over.Dispose();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task RunAsync()
    {
        var answers = 0;
        long asked = 0;
        var rest = TimeSpan.Zero;
        while (true)
        {
            await Task.Delay(Look, _over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_over.IsCancellationRequested) return;
            var watched = _watched!;
            var stuck = !IsCut && Unacknowledged.To(watched.Ports);
            if (!IsCut && !stuck && watched.IsHearing())
            {
                answers = 0;
                continue;
            }
            if (answers > 0 && !stuck && TimeProvider.System.GetElapsedTime(asked) < rest) continue;
            var there = await Network.AnswersAsync(watched.Peers, _over.Token);
            if (_over.IsCancellationRequested) return;
            (asked, answers) = (TimeProvider.System.GetTimestamp(), there ? answers + 1 : 0);
            rest = answers > 0 ? Between.After(answers) : TimeSpan.Zero;
            if (there == IsCut) Turn();
        }
    }

    private void Turn()
    {
        IsCut = !IsCut;
        if (IsCut) _cutSince = TimeProvider.System.GetTimestamp();
        journal.Step(IsCut ? "network-cut" : FormattableString.Invariant($"network-back seconds={TimeProvider.System.GetElapsedTime(_cutSince).TotalSeconds:0.0}"));
        var turned = _turned;
        _turned = New();
        turned.TrySetResult();
    }

    private sealed record Watched(IReadOnlyList<(string Host, int Port)> Peers, HashSet<int> Ports, Func<bool> IsHearing);
}
