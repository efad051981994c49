using System.Collections.Immutable;
using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Pools;

namespace VdiBroker.Sessions;

/// <summary>What somebody asks for.</summary>
/// <param name="User">Account name.</param>
/// <param name="Tenant">Whose they are.</param>
/// <param name="Serial">Number of their sign-in.</param>
public sealed record OpeningWish(string User, TenantId Tenant, long Serial)
{
    /// <summary>Where the person sits; null = nowhere that the pool's rules could concern.</summary>
    public StationId? Station { get; init; }

    /// <summary>Id of the place that the station was accepted into; null = its name says where it stands.</summary>
    public string? Home { get; init; }

    /// <summary>The person was told that the host of their desktop does not answer, and gives that desktop up for a new one.</summary>
    public bool Replace { get; init; }
}

/// <summary>What the decision is made on. Read in a few steps: the commit checks what matters again.</summary>
/// <param name="Mine">The person's live session in this pool; null = none.</param>
/// <param name="Home">The host of that session, in the pool or (since the city file was changed) not; null = no session, or a host that is not declared any more.</param>
/// <param name="Hosts">The pool's hosts; may be left out where <see cref="Opening.IsAtHome"/>.</param>
public sealed record OpeningState(Session? Mine, HostChoice? Home, ImmutableArray<HostChoice> Hosts)
{
    /// <summary>What the ledger calls the person's desktop without having such a session: it must be taken away first; null = no such thing.</summary>
    public SessionId? Missing { get; init; }

    /// <summary>The store was emptied a moment ago: whether the person's desktop runs somewhere is known only once every host has told.</summary>
    public bool Recalling { get; init; }

    /// <summary>How the pool chooses among its hosts.</summary>
    public PlacingRules Rules { get; init; } = PlacingRules.Default;

    /// <summary>The host that carried the person's desktop of this pool last; null = none is remembered, or the pool's policy does not ask.</summary>
    public HostId? LastHost { get; init; }

    /// <summary>The host that is the person's for good (personal pools); null = none yet.</summary>
    public HostId? Assigned { get; init; }

    /// <summary>What the pool's assignments say of the person (personal pools and machines), whether the pool has it still or not; null = nothing.</summary>
    public HostId? Assignment { get; init; }

    /// <summary>How many people own a place on each host (personal pools).</summary>
    public ImmutableDictionary<HostId, int> Owned { get; init; } = ImmutableDictionary<HostId, int>.Empty;
}

/// <summary>What to do about an opening. Closed: the cases are nested here.</summary>
public abstract record OpeningDecision
{
    private OpeningDecision(Placement? placement) => Placement = placement;

    /// <summary>Every host considered and why; null where none was.</summary>
    public Placement? Placement { get; }

    /// <summary>The person's running session, on a live host: it moves to this station.</summary>
    public sealed record Resume(Session Session) : OpeningDecision((Placement?)null);

    /// <summary>A new session on the first of the ranked hosts that still has a seat when the claim is made.</summary>
    /// <param name="Ranked">Best first, at least one.</param>
    /// <param name="GivenUp">The session that this one takes the place of because its host has gone, or has lost it, or is dead and its person asked for another; null = none.</param>
    /// <param name="Because">Every host considered and why.</param>
    public sealed record Place(ImmutableArray<HostChoice> Ranked, Session? GivenUp, Placement Because) : OpeningDecision(Because)
    {
        /// <summary>The person gave the old desktop up; false: its host had gone for good.</summary>
        public bool Agreed { get; init; }

        /// <summary>Why the old desktop is given up, for the event and the record.</summary>
        public string GivingUp => Agreed ? Adoption.GivenUp : GivenUp?.IsOrphaned == true ? Reconciliation.Orphaned : Adoption.HostGone;

        /// <summary>What was assigned to the person when this was decided; null = nothing. The claim is good only while that stands.</summary>
        public HostId? Assigned { get; init; }

        /// <summary>True when it brings the account back to a session of its own that the ledger had forgotten: it takes no seat from anybody.</summary>
        public bool FindsAgain => Because.FindsAgain;
    }

    /// <summary>A newer sign-in of the same person holds the desktop.</summary>
    public sealed record Superseded(Session By) : OpeningDecision((Placement?)null);

    /// <summary>The person's session is being ended; there is room for a new one as soon as the host has finished.</summary>
    public sealed record StillEnding(Session Session) : OpeningDecision((Placement?)null);

    /// <summary>The person's own host, or the only ones that could take them, are expected back in a moment: wait, decide again.</summary>
    public sealed record AwaitHost : OpeningDecision
    {
        /// <summary>The one wait.</summary>
        public AwaitHost()
            : base((Placement?)null)
        {
        }

        /// <summary>The person's host, dead since a moment: they may give their desktop up at once (<see cref="OpeningWish.Replace"/>); null = nothing to give up.</summary>
        public HostId? Missed { get; init; }
    }

    /// <summary>The host of the person's session is not live, and no other host can take them: what was not saved there is lost unless it comes back.</summary>
    /// <param name="Session">The session on the host that has gone.</param>
    /// <param name="Because">Every host considered and why.</param>
    public sealed record HomeGone(Session Session, Placement Because) : OpeningDecision(Because);

    /// <summary>All live hosts are full.</summary>
    public sealed record AllFull(Placement Because) : OpeningDecision(Because);

    /// <summary>All live hosts are being drained, or out of service: waiting for a seat would be in vain.</summary>
    public sealed record AllDraining(Placement Because) : OpeningDecision(Because);

    /// <summary>No host is live.</summary>
    public sealed record AllDown(Placement Because) : OpeningDecision(Because);
}

/// <summary>Decides which desktop somebody gets: their own running one always first.</summary>
public static class Opening
{
    /// <summary>Decides one opening.</summary>
    /// <param name="state">What is so.</param>
    /// <param name="wish">What is asked.</param>
    /// <param name="draw">At random for each call: breaks ties between equal hosts.</param>
    public static OpeningDecision Decide(OpeningState state, OpeningWish wish, uint draw)
    {
        var mine = state.Mine is { IsFinal: false } live ? live : null;
        if (mine is not null && mine.Serial > wish.Serial) return new OpeningDecision.Superseded(mine);

        if (mine is not null && IsAtHome(mine, state.Home))
            return mine.Phase == SessionPhase.Ending ? new OpeningDecision.StillEnding(mine) : new OpeningDecision.Resume(mine);
        if (mine is not null && AwaitHome(state.Home, mine, wish) is { } wait) return wait;

        // What is given up holds no seat any more: its own host may take the person again, after a restart.
        var hosts = mine is null ? state.Hosts : [.. state.Hosts.Select(h => h.Host.Id == mine.Host ? h.WithoutTheirs() : h)];
        var placement = Placement.Rank(hosts, Wish(state, wish), draw);
        var forgotten = state.Recalling && mine is null && placement.SomeAwaited && !placement.FindsAgain;
        if (!placement.Ranked.IsEmpty && !forgotten) return new OpeningDecision.Place(placement.Ranked, mine, placement) { Agreed = wish.Replace && state.Home?.Health.IsDead() == true, Assigned = state.Assignment };
        if (placement.SomeAwaited) return new OpeningDecision.AwaitHost();
        // Its host is there, and has lost it: where all are drained it is the drain that is in the way.
        if (mine is { IsOrphaned: false } || (mine is not null && !placement.AllDraining)) return new OpeningDecision.HomeGone(mine, placement);
        if (placement.AllDraining) return new OpeningDecision.AllDraining(placement);
        return placement.AllDown ? new OpeningDecision.AllDown(placement) : new OpeningDecision.AllFull(placement);
    }

    /// <summary>Whether a session runs on a live host, as far as is known: its person gets it, or waits for its end, and no other host is considered.</summary>
    /// <param name="mine">The person's session.</param>
    /// <param name="home">Its host; null = not declared any more.</param>
    public static bool IsAtHome(Session mine, HostChoice? home) => !mine.IsFinal && home is { Health: HostHealth.Live, Observation: { } seen } && seen.BootId == mine.Boot;

    // What may still run is not given up for a moment's silence, unless its person says so.
    private static OpeningDecision.AwaitHost? AwaitHome(HostChoice? home, Session mine, OpeningWish wish) => home switch
    {
        { Health: HostHealth.Awaited } => new OpeningDecision.AwaitHost(),
        { Health: HostHealth.Suspect, Observation: { } seen } when seen.BootId == mine.Boot => new OpeningDecision.AwaitHost(),
        { Health: HostHealth.Missed, Observation: { } seen } when seen.BootId == mine.Boot && !wish.Replace => new OpeningDecision.AwaitHost { Missed = home.Host.Id },
        _ => null,
    };

    private static PlacementWish Wish(OpeningState state, OpeningWish wish) => new(wish.User, wish.Tenant)
    {
        Station = wish.Station,
        Home = wish.Home,
        LastHost = state.LastHost,
        Assigned = state.Assigned,
        Owned = state.Owned,
        Rules = state.Rules,
    };
}
