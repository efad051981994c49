using System.Collections.Immutable;
using VdiBroker.Hosts;
using VdiBroker.Kernel;

namespace VdiBroker.Sessions;

/// <summary>One repair of the ledger after a host's report.</summary>
/// <param name="Session">The session, as it was believed.</param>
/// <param name="Phase">What it is in truth.</param>
/// <param name="Cause">Why, for the event and the log: one of the constants of <see cref="Reconciliation"/>.</param>
public sealed record Correction(Session Session, SessionPhase Phase, string Cause);

/// <summary>
/// Brings belief to the agents' truth. A session that is opening is left alone while its lease runs: the host cannot have seen yet what was
/// just promised. What was promised under another boot of the host is gone, lease or not. Everything else follows the host.
/// </summary>
public static class Reconciliation
{
    /// <summary>The host saw the station connect with its own ticket.</summary>
    public const string Connected = "connected";

    /// <summary>The host has it, and no station is on it yet.</summary>
    public const string Made = "made";

    /// <summary>It was signed out of before the host had made it; now it is there, and is being ended.</summary>
    public const string Appeared = "appeared";

    /// <summary>The station went; the desktop stays.</summary>
    public const string StationGone = "station-gone";

    /// <summary>The session is no longer on the host.</summary>
    public const string GoneFromHost = "gone-from-host";

    /// <summary>The host was started anew; what ran on it is gone.</summary>
    public const string HostRestarted = "host-restarted";

    /// <summary>Nobody connected before the lease ended.</summary>
    public const string LeaseOver = "lease-over";

    /// <summary>It is over, and the host is removing what its visitor left.</summary>
    public const string BeingWiped = "being-wiped";

    /// <summary>The host has proven that nothing of its visitor is left.</summary>
    public const string Wiped = "wiped";

    /// <summary>Its host did not let its person in: the desktop that runs under that account there is another person's.</summary>
    public const string KeptOut = "kept-out";

    /// <summary>Compares what is believed of one host with what its agent saw.</summary>
    /// <param name="believed">The sessions that the ledger seats on this host; final ones are passed over.</param>
    /// <param name="observed">The agent's whole list.</param>
    /// <param name="boot">The host's boot id now.</param>
    /// <param name="now">The store's time.</param>
    /// <param name="wiped">Sessions of visitors of which the host has proven that nothing is left; null = none.</param>
    /// <param name="keptOut">Sessions whose person the host has kept out: what it shows under their account is not theirs; null = none.</param>
    /// <returns>The corrections; empty when belief and truth agree. Applied and asked again, it answers empty.</returns>
    public static ImmutableArray<Correction> Decide(
        IEnumerable<Session> believed, IReadOnlyList<ObservedSession> observed, string boot, DateTimeOffset now, IReadOnlySet<SessionId>? wiped = null,
        IReadOnlySet<SessionId>? keptOut = null)
    {
        var seen = SeenOf(observed);
        var corrections = ImmutableArray.CreateBuilder<Correction>();
        foreach (var session in believed)
        {
            if (session.IsFinal) continue;
            var there = seen.TryGetValue(session.User, out var account);
            var told = wiped?.Contains(session.Id) == true && !there ? (LifeEvent.Gone, Wiped)
                : keptOut?.Contains(session.Id) == true ? (LifeEvent.HostRestarted, KeptOut)
                : account.Wiping ? WhileWiped(session)
                : WhatIsTold(session, there ? account.Connected : null, boot, now);
            if (told is { } news) corrections.Add(new Correction(session, SessionLife.After(session.Phase, news.Happened), news.Cause));
        }
        return corrections.DrainToImmutable();
    }

    // One account may have several sessions: an older one that is being wiped, say.
    private static Dictionary<string, (bool Connected, bool Wiping)> SeenOf(IReadOnlyList<ObservedSession> observed)
    {
        var seen = new Dictionary<string, (bool Connected, bool Wiping)>(observed.Count, StringComparer.Ordinal);
        foreach (var one in observed)
        {
            seen.TryGetValue(one.User, out var account);
            seen[one.User] = (account.Connected || one.Connected, account.Wiping || one.Wipe is not null);
        }
        return seen;
    }

    // It never runs again; its seat is free when the host has proven that nothing is left.
    private static (LifeEvent Happened, string Cause)? WhileWiped(Session session) =>
        session is { Phase: SessionPhase.Ending, LeaseUntil: null } ? null : (LifeEvent.EndOrdered, BeingWiped);

    private static (LifeEvent Happened, string Cause)? WhatIsTold(Session session, bool? connected, string boot, DateTimeOffset now)
    {
        if (connected is null && session.Boot != boot) return (LifeEvent.HostRestarted, session.Phase == SessionPhase.Ending ? GoneFromHost : HostRestarted);
        var leaseOver = session.LeaseUntil is not { } until || now >= until;
        return (session.Phase, connected) switch
        {
            (SessionPhase.Opening, null) => leaseOver ? (LifeEvent.LeaseOver, LeaseOver) : null,
            (SessionPhase.Opening, true) when session.IsRedeemed => (LifeEvent.SeenOnScreen, Connected),
            (SessionPhase.Opening, true) => leaseOver ? (LifeEvent.SeenOnScreen, LeaseOver) : null,
            (SessionPhase.Opening, false) when session.IsRedeemed => (LifeEvent.SeenAlone, Made),
            (SessionPhase.Opening, false) => leaseOver ? (LifeEvent.SeenAlone, LeaseOver) : null,
            // From here on its absence is its end: what it might still have brought forth has come.
            (SessionPhase.Ending, not null) => session.LeaseUntil is null ? null : (LifeEvent.SeenAlone, Appeared),
            // A ticket was accepted and its desktop has not appeared yet: it must not appear after its end was told.
            (SessionPhase.Ending, null) => leaseOver || !session.IsRedeemed ? (LifeEvent.Gone, GoneFromHost) : null,
            (_, null) => (LifeEvent.Gone, GoneFromHost),
            (SessionPhase.Active, true) or (SessionPhase.Disconnected, false) => null,
            (_, true) => (LifeEvent.SeenOnScreen, Connected),
            (_, false) => (LifeEvent.SeenAlone, StationGone),
        };
    }
}
