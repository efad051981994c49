using System.Diagnostics;
using System.Threading.Channels;
using StackExchange.Redis;

namespace VdiBroker.Storage;

/// <summary>
/// Runs the scripts whose result somebody is told, and answers only what replicas have too: what was acknowledged is there after a failover. Many scripts share one
/// <see cref="CommitRound"/>, so that waiting for replicas costs no round trip, and no more than one round waits at a time.
/// </summary>
internal sealed class GroupCommit : IAsyncDisposable
{
    private const int MostTogether = 256;

    // Well below Regime.Silence: an idle broker need not ask who the master is when somebody comes.
    private static readonly TimeSpan _idle = TimeSpan.FromMilliseconds(250);
    private readonly MasterFollower _master;
    private readonly int _wanted;
    private readonly StoreLog _log;
    private readonly Channel<PendingCommit> _waiting = Channel.CreateUnbounded<PendingCommit>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _running;

    /// <summary>Begins to wait for commits.</summary>
    /// <param name="master">Where to.</param>
    /// <param name="wanted">How many replicas must have each; 1 at least.</param>
    /// <param name="log">Told when there are fewer replicas.</param>
    public GroupCommit(MasterFollower master, int wanted, StoreLog log)
    {
        (_master, _wanted, _log) = (master, wanted, log);
        _running = LoopAsync();
    }

    /// <summary>Runs one script.</summary>
    /// <returns>Its result, once the replicas have it. It faults as the client does; then whether it was done is not known, or it is not known to last.</returns>
    public Task<RedisResult> RunAsync(Script script, RedisKey[] keys, RedisValue[] arguments)
    {
        var pending = new PendingCommit(script, keys, arguments);
        _waiting.Writer.TryWrite(pending);
        return pending.Answer;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ending.Dispose();
    }

    private async Task LoopAsync()
    {
        var together = new List<PendingCommit>();
        var attached = _wanted;
        var (regime, number) = (new Regime(), 0L);
        while (!_ending.IsCancellationRequested)
        {
            if (together.Count == 0 && !await IsWaitingAsync())
            {
                await LookAsync(regime, number);
                continue;
            }
            while (together.Count < MostTogether && _waiting.Reader.TryRead(out var pending)) together.Add(pending);
            try
            {
                var line = await _master.LineAsync(RedisStore.Deadline);
                if (number != line.Number) (regime, number) = (new Regime(), line.Number);
                attached = await new CommitRound(_master, line, _wanted, regime, _log).RunAsync(together, attached);
            }
            catch (Exception fault)
            {
                // Whatever it was: who waits is told, and the next round is run.
                foreach (var pending in together) pending.Fail(fault);
            }
            // Left are those whose script the server did not know: they go once more, with its text. Nobody waits any more for what is too old.
            together.RemoveAll(pending => pending.IsOver);
        }
    }

    // False when nobody has come for a moment.
    private async Task<bool> IsWaitingAsync()
    {
        if (_waiting.Reader.TryPeek(out _)) return true;
        using var idle = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token);
        idle.CancelAfter(_idle);
        try
        {
            return await _waiting.Reader.WaitToReadAsync(idle.Token);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    // Hears the master while nothing is to be committed. Who comes meanwhile waits for its answer, as on the same connection they would in any case.
    private async Task LookAsync(Regime regime, long number)
    {
        try
        {
            if (!_master.HasWitnesses || number != _master.Number || _ending.IsCancellationRequested) return;
            var (line, sent) = (await _master.LineAsync(RedisStore.Deadline), Stopwatch.GetTimestamp());
            await line.Commits.GetServers()[0].PingAsync().WaitAsync(Regime.Silence);
            if (number == line.Number) regime.Answered(sent);
        }
        catch (Exception fault) when (StoreFault.IsIts(fault))
        {
            // Whoever comes next sees it too.
        }
    }
}

/// <summary>One script that waits for its round.</summary>
/// <param name="script">What to run.</param>
/// <param name="keys">Its keys.</param>
/// <param name="arguments">Its arguments.</param>
internal sealed class PendingCommit(Script script, RedisKey[] keys, RedisValue[] arguments)
{
    private readonly TaskCompletionSource<RedisResult> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long _since = Stopwatch.GetTimestamp();
    private bool _withText;

    /// <summary>Its result.</summary>
    public Task<RedisResult> Answer => _answer.Task;

    /// <summary>It is answered, or whoever asked has given up.</summary>
    public bool IsOver => _answer.Task.IsCompleted || Stopwatch.GetElapsedTime(_since) > RedisStore.Deadline;

    /// <summary>Sends it.</summary>
    public Task<RedisResult> Send(IServer server)
    {
        object[] words = [_withText ? script.Text : script.Sha1, keys.Length, .. keys, .. arguments];
        return server.ExecuteAsync(_withText ? "EVAL" : "EVALSHA", words, CommandFlags.NoRedirect);
    }

    /// <summary>Answers it.</summary>
    public void Settle(RedisResult result) => _answer.TrySetResult(result);

    /// <summary>Answers it by a fault; one that says that the server does not know the script only makes it go once more.</summary>
    public void Fail(Exception fault)
    {
        if (!_withText && fault is RedisServerException && StoreFault.KindOf(fault) == "NOSCRIPT") _withText = true;
        else _answer.TrySetException(fault);
    }
}
