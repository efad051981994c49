using System.Collections.Immutable;
using VdiBroker.Hosts;
using VdiBroker.Kernel;

namespace VdiBroker.Sessions;

/// <summary>One repair of the ledger after a host's report.</summary>
/// <param name="Session">The session, as it was believed.</param>
/// <param name="Phase">What it is in truth.</param>
/// <param name="Cause">Why, for the event and the log: one of the constants of <see cref="Reconciliation"/>.</param>
public sealed record Correction(Session Session, SessionPhase Phase, string Cause)
{
    /// <summary>What the session remembers of its host's boot from now on (<see cref="Session.Boot"/>); null = what it does.</summary>
    public string? Boot { get; init; }
}

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

    /// <summary>Its host's session manager has lost it: nobody can come back to it.</summary>
    public const string Orphaned = "orphaned";

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
            var account = seen.GetValueOrDefault(session.User);
            var told = wiped?.Contains(session.Id) == true && account is { Runs: false, Orphan: null } ? (LifeEvent.Gone, Wiped)
                : keptOut?.Contains(session.Id) == true ? (LifeEvent.HostRestarted, KeptOut)
                : account.Wiping ? WhileWiped(session)
                : account is { Runs: false, Orphan: { } shown } ? OfAnOrphan(session, shown, boot, now)
                : WhatIsTold(session, account.Runs ? account.Connected : null, boot, now);
            var other = BootOf(session, account, boot);
            if (told is { } news) corrections.Add(new Correction(session, SessionLife.After(session.Phase, news.Happened), news.Cause) { Boot = other });
            else if (other is not null) corrections.Add(new Correction(session, session.Phase, account.Runs ? Made : Orphaned) { Boot = other });
        }
        return corrections.DrainToImmutable();
    }

    /// <summary>What a host shows of one account.</summary>
    /// <param name="Runs">A session of it runs that its person can come back to, or its visitor is being wiped.</param>
    /// <param name="Connected">A station is on that.</param>
    /// <param name="Wiping">What its visitor left is being removed.</param>
    /// <param name="Orphan">An orphan of it runs, with a station or without; null = none.</param>
    private readonly record struct Account(bool Runs, bool Connected, bool Wiping, bool? Orphan);

    // One account may have several sessions: an older one that is being wiped, say, or that was lost.
    private static Dictionary<string, Account> SeenOf(IReadOnlyList<ObservedSession> observed)
    {
        var seen = new Dictionary<string, Account>(observed.Count, StringComparer.Ordinal);
        foreach (var one in observed)
        {
            seen.TryGetValue(one.User, out var account);
            seen[one.User] = one is { Orphaned: true, Wipe: null }
                ? account with { Orphan = account.Orphan == true || one.Connected }
                : account with { Runs = true, Connected = account.Connected || one.Connected, Wiping = account.Wiping || one.Wipe is not null };
        }
        return seen;
    }

    // What was promised since is not the orphan: it must still appear. What ends, ends with it.
    private static (LifeEvent Happened, string Cause)? OfAnOrphan(Session session, bool shown, string boot, DateTimeOffset now) => session.Phase switch
    {
        SessionPhase.Opening => WhatIsTold(session, null, boot, now),
        SessionPhase.Ending => WhatIsTold(session, shown, boot, now),
        SessionPhase.Active when shown => null,
        _ when shown => (LifeEvent.SeenOnScreen, Connected),
        // A visitor's seat is free when the host has proven the wipe.
        _ => (session.Person.IsVisitor ? LifeEvent.EndOrdered : LifeEvent.HostRestarted, Orphaned),
    };

    // Of an orphan, that it is one; where its person was let in again meanwhile, and got another desktop under the same session, that it is none. Null = it remembers what it should, or a claim runs: its lease is not settled by the way.
    private static string? BootOf(Session session, Account account, string boot) =>
        account.Runs ? session.Boot == Session.NoWayBack(boot) && (session.Phase != SessionPhase.Opening || session.IsRedeemed) ? boot : null
        : account.Orphan == true && session.Phase is SessionPhase.Active or SessionPhase.Disconnected && session.Boot == boot ? Session.NoWayBack(boot)
        : null;

    // It never runs again; its seat is free when the host has proven that nothing is left.
    private static (LifeEvent Happened, string Cause)? WhileWiped(Session session) =>
        session is { Phase: SessionPhase.Ending, LeaseUntil: null } ? null : (LifeEvent.EndOrdered, BeingWiped);

    private static (LifeEvent Happened, string Cause)? WhatIsTold(Session session, bool? connected, string boot, DateTimeOffset now)
    {
        if (connected is null && session.Boot != boot && session.Boot != Session.NoWayBack(boot)) return (LifeEvent.HostRestarted, session.Phase == SessionPhase.Ending ? GoneFromHost : HostRestarted);
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
