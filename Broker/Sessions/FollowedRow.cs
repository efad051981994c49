using System.Diagnostics;
using VdiBroker.Kernel;

namespace VdiBroker.Sessions;

/// <summary>
/// The row of a followed session as it was read last. A host that dies or comes back changes no row: hundreds who follow its sessions look at once, and the store is asked nothing. Safe for concurrent use by
/// those who doubt and one who reads.
/// </summary>
/// <param name="sessions">Reads it.</param>
/// <param name="id">Which.</param>
internal sealed class FollowedRow(SessionStore sessions, SessionId id)
{
    private int _doubted = 1;
    private Session? _session;
    private DateTimeOffset _now;
    private long _at;

    /// <summary>It may be another by now: the next look reads it.</summary>
    public void Doubt() => Volatile.Write(ref _doubted, 1);

    /// <summary>The session, and the store's time; outages of the store come as <see cref="Storage.StoreOutOfReachException"/>.</summary>
    /// <returns>Null when it is unknown or forgotten.</returns>
    public async Task<(Session? Session, DateTimeOffset Now)> LookAsync()
    {
        // Before the reading: what changes meanwhile is read by the next look.
        if (Interlocked.Exchange(ref _doubted, 0) == 0) return (_session, _now + Stopwatch.GetElapsedTime(_at));
        var isThere = false;
        try
        {
            (_session, _now) = await sessions.LookAsync(id);
            _at = Stopwatch.GetTimestamp();
            isThere = _session is not null;
            return (_session, _now);
        }
        finally
        {
            if (!isThere) Doubt();
        }
    }
}
