namespace VdiBroker.Broker.Tests.Rpc;

/// <summary>A clock that a test turns by hand; what is due then is done before <see cref="Turn"/> returns.</summary>
internal sealed class HandClock(DateTimeOffset now) : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<Due> _due = [];
    private DateTimeOffset _now = now;

    /// <summary>How many wait for it.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate) return _due.Count;
        }
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate) return _now;
    }

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    public void Turn(TimeSpan by)
    {
        List<Due> done;
        lock (_gate)
        {
            _now += by;
            done = [.. _due.Where(one => one.At <= _now)];
            _due.RemoveAll(done.Contains);
        }
        foreach (var one in done) one.Act();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        lock (_gate)
        {
            var due = new Due(this, _now + dueTime, () => callback(state));
            if (dueTime != Timeout.InfiniteTimeSpan) _due.Add(due);
            return due;
        }
    }

    private sealed record Due(HandClock Clock, DateTimeOffset At, Action Act) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => false;

        public void Dispose()
        {
            lock (Clock._gate) Clock._due.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
