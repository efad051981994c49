using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using StackExchange.Redis;
using VdiBroker.Hosts;
using VdiBroker.Kernel;

namespace VdiBroker.Sessions;

/// <summary>The seats of a host as somebody has read them, with what tells whether they are still so.</summary>
internal sealed class ReadBefore
{
    /// <summary>Nothing has been read yet.</summary>
    public static readonly ReadBefore Nothing = new("", []);

    private readonly ImmutableArray<Session> _sessions;
    private readonly long _at = Stopwatch.GetTimestamp();

    /// <param name="digest">Of the seats, as the store told it; empty = it did not.</param>
    /// <param name="rows">The seats.</param>
    public ReadBefore(string digest, ImmutableArray<SeatRow> rows)
    {
        Rows = rows;
        _sessions = [.. rows.Select(row => row.Session).OfType<Session>()];
        IsWhole = _sessions.Length == rows.Length;
        // Every change of a session raises its revision, which names one content of it. Fence and phase beside it: brokers of before count revisions, and a store that was killed and has lost their last writes gives the same ones again.
        Read = new SeatsRead(digest, [.. _sessions.Select(session => (session.Id, string.Create(CultureInfo.InvariantCulture, $"{session.Fence.Value} {session.Revision} {session.Phase.ToString().ToLowerInvariant()}")))]);
    }

    /// <summary>How old it is.</summary>
    public TimeSpan Age => Stopwatch.GetElapsedTime(_at);

    /// <summary>The seats.</summary>
    public ImmutableArray<SeatRow> Rows { get; }

    /// <summary>Each seat has its session, and all can be read.</summary>
    public bool IsWhole { get; }

    /// <summary>What the store is told, so that it tells only what has changed.</summary>
    public SeatsRead Read { get; }

    /// <summary>The sessions as they are now; null = one that is no more.</summary>
    /// <param name="written">What has changed.</param>
    /// <param name="read">Reads a changed one.</param>
    public Dictionary<SessionId, SessionRow> After(HostWritten written, Func<SessionId, Dictionary<RedisValue, RedisValue>, SessionRow> read)
    {
        var now = new Dictionary<SessionId, SessionRow>(_sessions.Length + 1);
        foreach (var session in _sessions) now[session.Id] = new SessionRow(session, IsUnreadable: false);
        foreach (var row in written.Changed) now[_sessions[row.At].Id] = read(_sessions[row.At].Id, row.Fields);
        return now;
    }
}
