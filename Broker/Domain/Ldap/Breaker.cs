namespace VdiBroker.Ldap;

/// <summary>Whether a server is asked.</summary>
public enum BreakerPhase
{
    /// <summary>It answers: it is asked.</summary>
    Closed,

    /// <summary>Something failed that may have been one connection's fault; it is being tried apart, and asked only where no other server is.</summary>
    Suspect,

    /// <summary>It does not answer: nobody waits for it. It is tried apart until it does.</summary>
    Open,
}

/// <summary>The state of one server's breaker. A value: each event gives the next one.</summary>
/// <param name="Phase">Whether the server is asked.</param>
/// <param name="Since">Since when.</param>
/// <param name="Cause">What failed, for operators; empty while closed.</param>
public sealed record Breaker(BreakerPhase Phase, DateTimeOffset Since, string Cause)
{
    /// <summary>A server of which nothing bad is known.</summary>
    public static Breaker New(DateTimeOffset now) => new(BreakerPhase.Closed, now, "");

    /// <summary>A call was answered.</summary>
    /// <remarks>An open breaker is closed by a trial alone: a late answer to an old call says little about now.</remarks>
    public Breaker Answered(DateTimeOffset now) => Phase == BreakerPhase.Suspect ? New(now) : this;

    /// <summary>A call failed for a reason of the server's.</summary>
    /// <param name="fresh">On a connection made for it: that is the server. On a kept one it may have been the connection alone.</param>
    /// <param name="cause">For operators.</param>
    /// <param name="now">The instant.</param>
    public Breaker Failed(bool fresh, string cause, DateTimeOffset now) => (Phase, fresh) switch
    {
        (BreakerPhase.Open, _) => this with { Cause = cause },
        (_, true) => new Breaker(BreakerPhase.Open, now, cause),
        (BreakerPhase.Suspect, false) => this,
        _ => new Breaker(BreakerPhase.Suspect, now, cause),
    };

    /// <summary>A trial apart, on a connection of its own, went well (<paramref name="cause"/> null) or failed.</summary>
    public Breaker Tried(string? cause, DateTimeOffset now) => (Phase, cause) switch
    {
        (BreakerPhase.Closed, null) => this,
        (_, null) => New(now),
        (BreakerPhase.Open, _) => this with { Cause = cause },
        _ => new Breaker(BreakerPhase.Open, now, cause),
    };
}
