namespace VdiBroker.ThinClientShim.Tests.Peers;

/// <summary>A clock on which so many seconds pass in each real one.</summary>
internal sealed class QuickClock(int seconds) : TimeProvider
{
    public override long GetTimestamp() => System.GetTimestamp() * seconds;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + GetElapsedTime(0);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, Real(dueTime), Real(period));

    private TimeSpan Real(TimeSpan time) => time == Timeout.InfiniteTimeSpan ? time : time / seconds;
}
