using System.Globalization;
using StackExchange.Redis;
using VdiBroker.Pools;
using VdiBroker.Storage;

namespace VdiBroker.Sessions;

/// <summary>Commits what is decided about the end of sessions: one atomic script for each. Each commit names the revision that it was decided on.</summary>
/// <param name="store">Where.</param>
/// <param name="keys">Of the farm.</param>
/// <param name="notes">Is told of what was committed; null = nobody keeps records.</param>
internal sealed class LimitLedger(RedisStore store, KeySpace keys, SessionNotes? notes = null)
{
    // Opening is left alone: whoever is on the way to a desktop is told of its end there.
    private const string Endable = "active disconnected";
    private static readonly string _tellable = string.Join(' ', SessionLife.Running).ToLowerInvariant();
    private static readonly Script _warn = new("warn_session");
    private static readonly Script _end = new("end_session");
    private static readonly Script _extend = new("extend_session");

    /// <summary>Keeps what the person is told.</summary>
    /// <param name="session">As it was decided on.</param>
    /// <param name="limit">Why it ends.</param>
    /// <param name="at">When the limit is over; the past = at once.</param>
    /// <param name="warning">How long before its end the person is told at least.</param>
    /// <returns>When it ends; null when the session has changed since.</returns>
    public async Task<DateTimeOffset?> WarnAsync(Session session, Limit limit, DateTimeOffset at, TimeSpan warning)
    {
        var ends = (long)await RunAsync(_warn, session, limit.Word(), Math.Max(0, at.ToUnixTimeMilliseconds()), (long)warning.TotalMilliseconds, _tellable);
        if (ends == 0) return null;
        var told = DateTimeOffset.FromUnixTimeMilliseconds(ends);
        notes?.EndTold(session, limit, told);
        return told;
    }

    /// <summary>Takes back what the person was told.</summary>
    /// <param name="session">As it was decided on.</param>
    /// <param name="limit">Why it was to end.</param>
    /// <returns>False when the session has changed since.</returns>
    public async Task<bool> TakeBackAsync(Session session, Limit limit)
    {
        if ((long)await RunAsync(_warn, session, "", 0, 0, _tellable) != 1) return false;
        notes?.EndTakenBack(session, limit);
        return true;
    }

    /// <summary>Orders the end.</summary>
    /// <param name="session">As it was decided on.</param>
    /// <param name="limit">Why.</param>
    /// <param name="warned">Its person was told: only what they were told, and not before.</param>
    /// <returns>False when the session has changed since, or it is too early.</returns>
    public async Task<bool> EndAsync(Session session, Limit limit, bool warned)
    {
        if ((long)await RunAsync(_end, session, limit.Word(), warned ? 1 : 0, Endable) != 1) return false;
        notes?.EndsBy(session, limit);
        return true;
    }

    /// <summary>Gives more time.</summary>
    /// <param name="session">As it was decided on.</param>
    /// <param name="limit">The limit that does not hold for a while.</param>
    /// <param name="until">Until when.</param>
    /// <returns>False when the session has changed since.</returns>
    public async Task<bool> ExtendAsync(Session session, Limit limit, DateTimeOffset until)
    {
        // The person is told: it must outlast a failover.
        var result = await store.CommitAsync(_extend, KeysOf(session), ArgumentsOf(session, limit.Word(), until.ToUnixTimeMilliseconds(), EndFields.TextOf(session.End.Spared.SetItem(limit, until)), _tellable));
        if ((long)result != 1) return false;
        notes?.EndPutOff(session, limit, until);
        return true;
    }

    private Task<RedisResult> RunAsync(Script script, Session session, params RedisValue[] arguments) => store.RunScriptAsync(script, KeysOf(session), ArgumentsOf(session, arguments));

    private RedisKey[] KeysOf(Session session) => [keys.Session(session.Id), keys.Events];

    private RedisValue[] ArgumentsOf(Session session, params RedisValue[] arguments) =>
        [keys.Doorbell.ToString(), session.Id.Value, session.Revision.ToString(CultureInfo.InvariantCulture), .. arguments];
}
