namespace VdiBroker.Rpc;

/// <summary>A gate before work that many want at once, by an <see cref="AdmissionRule"/>. Safe for concurrent use.</summary>
/// <param name="rule">Who may begin.</param>
/// <param name="crowd">Whom it is for, for the log.</param>
/// <param name="time">Its clock.</param>
/// <param name="logger">Told once a second at most that people are sent away.</param>
internal sealed class AdmissionGate(AdmissionRule rule, string crowd, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan _toldEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _guess = TimeSpan.FromMilliseconds(50);
    private readonly Lock _gate = new();
    private readonly LinkedList<TaskCompletionSource<Entry>> _waiting = [];
    private readonly long _began = time.GetTimestamp();
    private int _atOnce = rule.Most;
    private int _underWay;
    private TimeSpan _took = _guess;
    private TimeSpan _appointed;
    private TimeSpan _told;
    private long _sentAway;

    /// <summary>Comes to the gate, and waits for the turn where that is near.</summary>
    /// <param name="patience">The longest wait for the turn. It is kept also where what is under way takes longer than it did lately: a directory that hangs is known by nothing else, at first.</param>
    /// <param name="cancel">Gives up waiting.</param>
    /// <returns>The place, to be disposed when the work is done, or that too many are here.</returns>
    public ValueTask<Entry> EnterAsync(TimeSpan patience, CancellationToken cancel)
    {
        LinkedListNode<TaskCompletionSource<Entry>> turn;
        lock (_gate)
        {
            var now = time.GetElapsedTime(_began);
            switch (rule.Decide(Seen(), patience, now, Random.Shared.NextDouble()))
            {
                case Turn.Now: return new(new Entry(Admit(), null));
                case Turn.ComeBack away: return new(SendAway(away, now));
            }
            turn = _waiting.AddLast(new TaskCompletionSource<Entry>(TaskCreationOptions.RunContinuationsAsynchronously));
        }
        return new(WaitAsync(turn, patience, cancel));
    }

    /// <summary>Takes a place if there is one at once. Whoever finds none is not sent away by that: they may wait here yet, or go elsewhere.</summary>
    /// <returns>To be disposed when the work is done; null = there is none.</returns>
    public Admitted? TryEnter()
    {
        lock (_gate) return AdmissionRule.IsFree(Seen()) ? Admit() : null;
    }

    private async Task<Entry> WaitAsync(LinkedListNode<TaskCompletionSource<Entry>> turn, TimeSpan patience, CancellationToken cancel)
    {
        await using var gone = cancel.Register(() =>
        {
            lock (_gate)
            {
                // Whose turn has come is no longer there: the place is given back by whoever gets it.
                if (turn.List is null) return;
                _waiting.Remove(turn);
            }
            turn.Value.SetCanceled(cancel);
        });
        await using var late = time.CreateTimer(_ => GiveUp(turn), null, patience, Timeout.InfiniteTimeSpan);
        return await turn.Value.Task;
    }

    private void GiveUp(LinkedListNode<TaskCompletionSource<Entry>> turn)
    {
        lock (_gate)
        {
            if (turn.List is null) return;
            _waiting.Remove(turn);
            var now = time.GetElapsedTime(_began);
            turn.Value.SetResult(SendAway(rule.SendAway(Seen(), now, Random.Shared.NextDouble()), now));
        }
    }

    private Crowding Seen() => new(_atOnce, _underWay, _waiting.Count, _took, _appointed);

    private Entry SendAway(Turn.ComeBack away, TimeSpan now)
    {
        _appointed = now + away.After;
        Count(now);
        return new Entry(null, away.After);
    }

    /// <summary>Takes note of how far behind the processors are.</summary>
    public void Adapt(TimeSpan behind)
    {
        lock (_gate)
        {
            _atOnce = rule.Adapt(_atOnce, behind);
            AdmitWaiting();
        }
    }

    // A crowd is one line, not a line for each.
    private void Count(TimeSpan now)
    {
        _sentAway++;
        if (_told > TimeSpan.Zero && now - _told < _toldEvery) return;
        RpcLog.SentAway(logger, crowd, _sentAway);
        (_told, _sentAway) = (now, 0);
    }

    private Admitted Admit()
    {
        _underWay++;
        return new Admitted(this, time.GetTimestamp());
    }

    private void Leave(long from)
    {
        var took = time.GetElapsedTime(from);
        lock (_gate)
        {
            _underWay--;
            _took = AdmissionRule.Smooth(_took, took);
            AdmitWaiting();
        }
    }

    private void AdmitWaiting()
    {
        while (_underWay < _atOnce && _waiting.First is { } next)
        {
            _waiting.RemoveFirst();
            next.Value.SetResult(new Entry(Admit(), null));
        }
    }

    /// <summary>A place in the gate; disposing gives it to the next.</summary>
    internal sealed class Admitted(AdmissionGate gate, long from) : IDisposable
    {
        private AdmissionGate? _gate = gate;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _gate, null) is { } left) left.Leave(from);
        }
    }
}

/// <summary>What a gate gave: a place, to be disposed when the work is done, or a time to come back.</summary>
/// <param name="Place">Null = too many are here.</param>
/// <param name="Away">At least so long before the next try; null = there is a place.</param>
internal readonly record struct Entry(AdmissionGate.Admitted? Place, TimeSpan? Away) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Place?.Dispose();
}
