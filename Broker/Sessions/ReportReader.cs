using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Protocol;
using VdiBroker.Protocol.Host.V1;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Rpc;
using VdiBroker.Trust;
using ReportedSession = VdiBroker.Protocol.Host.V1.ObservedSession;
using SeenSession = VdiBroker.Hosts.ObservedSession;

namespace VdiBroker.Sessions;

/// <summary>
/// Reads an agent's report. Whatever in it cannot be is left out and logged, once a minute for each host, and the rest counts: a report that is refused whole is a host that is taken for dead, with everybody who works on it, for the sake
/// of one row.
/// </summary>
internal sealed class ReportReader(TimeProvider time, ILogger<ReportReader> logger)
{
    private const int LongestSession = 64;
    private const int MostWiped = 1000;
    private const int MostKeptOut = 100;
    private const int LongestLeft = 300;
    private const long LongestIdle = 10 * 366 * 86400L;
    private const long LatestSecond = 253402300799;
    private static readonly TimeSpan _toldEach = TimeSpan.FromMinutes(1);
    private readonly PeerPace _told = new(1, _toldEach, time);

    /// <summary>Reads one.</summary>
    /// <exception cref="RefusalException">It has more sessions than any honest host.</exception>
    public HostReading Read(SessionHost host, Hello hello, Observation observation)
    {
        // More than any honest host can have: its strays are read by every opening of its pools.
        var most = (2 * host.Seats) + 16;
        if (observation.Sessions.Count > most) throw new RefusalException(ErrorCode.InvalidRequest, $"an observation of {host.Id} must have at most {most} sessions");
        var load = observation.Load ?? new HostLoad();
        var total = Math.Max(load.MemoryTotalBytes, 1);
        string? fault = null;
        var sessions = observation.Sessions.Select(session => Seen(session, ref fault)).OfType<SeenSession>().ToList();
        if (fault is not null && _told.Take(host.Id.Value) is null) SessionsLog.ReportPartLeftOut(logger, host.Id, fault);
        return new HostReading(
            hello.BootId,
            Convert.ToHexStringLower(hello.CertificateSha256.Span),
            load.Cores == 0 || !double.IsFinite(load.Load1) ? 0 : load.Load1 / load.Cores,
            Math.Clamp(1 - ((double)load.MemoryAvailableBytes / total), 0, 1),
            // An orphan is what is left of an earlier session: what its person can come back to comes first.
            [.. sessions.OrderBy(session => session.Orphaned)])
        {
            KeptOut =
            [
                .. from one in observation.KeptOut.Take(MostKeptOut)
                   where IsText(one.User, AccountNames.Longest) && IsText(one.SessionId, LongestSession) && IsText(one.Person, AccountNames.LongestPerson) && IsText(one.Holder, AccountNames.LongestPerson)
                   select new KeptOutSeen(one.User, one.SessionId, one.Person, one.Holder),
            ],
            Wiped = [.. observation.WipedSessionIds.Where(id => IsText(id, LongestSession)).Take(MostWiped).Select(id => new SessionId(id))],
        };
    }

    /// <summary>True for 1 to so many characters, none of them a control character.</summary>
    public static bool IsText(string text, int longest)
    {
        if (text.Length == 0 || text.Length > longest) return false;
        foreach (var letter in text)
            if (char.IsControl(letter)) return false;
        return true;
    }

    // Without a name a row is nobody's. Where something else of it is wrong the session runs all the same: a row that was left out would say that it has ended.
    private static SeenSession? Seen(ReportedSession session, ref string? fault)
    {
        if (!IsText(session.User, AccountNames.Longest))
        {
            fault = $"a session whose user has not 1 to {AccountNames.Longest} printable characters";
            return null;
        }
        var (since, idle) = (session.Since?.Seconds ?? 0, session.Idle);
        if (since is < 0 or > LatestSecond) (since, fault) = (0, $"since of {session.User}'s session, which must be from 1970 to 9999");
        if (idle is { Seconds: < 0 or > LongestIdle } or { Nanos: < 0 or > 999_999_999 }) (idle, fault) = (null, $"idle of {session.User}'s session, which must be from 0 to ten years");
        return new SeenSession(session.User, (int)session.Display, session.Connected, DateTimeOffset.FromUnixTimeSeconds(since))
        {
            Idle = idle?.ToTimeSpan(),
            Grant = GrantOf(session, ref fault),
            Orphaned = session.Orphaned,
            Wipe = session.Wiping is { } wiping ? new WipeSeen((int)Math.Min(wiping.Failed, int.MaxValue), IsText(wiping.Left, LongestLeft) ? wiping.Left : "") : null,
        };
    }

    private static GrantSeen? GrantOf(ReportedSession session, ref string? fault)
    {
        if (session.SessionId.Length == 0) return null;
        var wrong = !IsText(session.SessionId, LongestSession) ? $"session_id must have at most {LongestSession} printable characters"
            : session.Fence > long.MaxValue ? "fence is none that a broker gave"
            : session.Person.Length > 0 && !IsText(session.Person, AccountNames.LongestPerson) ? $"person must have at most {AccountNames.LongestPerson} printable characters"
            : session.Pool.Length > 0 && !PeerName.IsName(session.Pool) ? "pool must be the id of a pool"
            : null;
        if (wrong is null) return new GrantSeen(session.SessionId, (long)session.Fence, session.Person, session.Pool);
        fault = $"how {session.User} was let in: {wrong}";
        return null;
    }
}
