namespace VdiBroker.City.Processes;

/// <summary>
/// A clock that stands still until a test turns it; what is due then is done before the turn is over. In place of Microsoft's FakeTimeProvider, which does not say whether anybody waits: a test must not turn it sooner.
/// </summary>
/// <param name="now">What it shows at first.</param>
public sealed class HandClock(DateTimeOffset now) : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<Alarm> _alarms = [];
    private DateTimeOffset _now = now;

    /// <summary>How many wait for a time to come.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate) return _alarms.Count;
        }
    }

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate) return _now;
    }

    /// <inheritdoc/>
    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var alarm = new Alarm(this, () => callback(state));
        alarm.Change(dueTime, period);
        return alarm;
    }

    /// <summary>Lets so much time pass.</summary>
    public void Turn(TimeSpan by)
    {
        Alarm[] due;
        lock (_gate)
        {
            _now += by;
            due = [.. _alarms.Where(alarm => alarm.Due <= _now).OrderBy(alarm => alarm.Due)];
            _alarms.RemoveAll(due.Contains);
        }
        foreach (var alarm in due) alarm.Ring();
    }

    /// <summary>Lets time pass to the next instant that somebody waits for, once somebody waits.</summary>
    /// <param name="deadline">The longest real wait for that.</param>
    public async Task NextAsync(TimeSpan deadline)
    {
        await Eventually.HoldsAsync("somebody waits for a time to come", deadline, () => Waiting > 0);
        TimeSpan by;
        lock (_gate) by = _alarms.Min(alarm => alarm.Due) - _now;
        Turn(by < TimeSpan.Zero ? TimeSpan.Zero : by);
    }

    private sealed class Alarm(HandClock clock, Action ring) : ITimer
    {
        public DateTimeOffset Due { get; private set; }

        public void Ring() => ring();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (period != Timeout.InfiniteTimeSpan) throw new NotSupportedException("rings once only");
            lock (clock._gate)
            {
                clock._alarms.Remove(this);
                if (dueTime == Timeout.InfiniteTimeSpan) return true;
                Due = clock._now + dueTime;
                clock._alarms.Add(this);
            }
            return true;
        }

        public void Dispose()
        {
            lock (clock._gate) clock._alarms.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
