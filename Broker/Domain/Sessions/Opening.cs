using System.Collections.Immutable;
using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Pools;

namespace VdiBroker.Sessions;

/// <summary>What somebody asks for.</summary>
/// <param name="User">Account name.</param>
/// <param name="Station">Where they sit.</param>
/// <param name="Serial">Number of their sign-in.</param>
public sealed record OpeningWish(string User, StationId Station, long Serial);

/// <summary>What the decision is made on, all read at one instant.</summary>
/// <param name="Mine">The person's live session in this pool; null = none.</param>
/// <param name="Hosts">The pool's hosts.</param>
public sealed record OpeningState(Session? Mine, ImmutableArray<HostChoice> Hosts);

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
    /// <param name="GivenUp">The session that this one takes the place of because its host has gone; null = none.</param>
    /// <param name="Because">Every host considered and why.</param>
    public sealed record Place(ImmutableArray<HostChoice> Ranked, Session? GivenUp, Placement Because) : OpeningDecision(Because);

    /// <summary>A newer sign-in of the same person holds the desktop.</summary>
    public sealed record Superseded(Session By) : OpeningDecision((Placement?)null);

    /// <summary>The person's session is being ended; there is room for a new one as soon as the host has finished.</summary>
    public sealed record StillEnding(Session Session) : OpeningDecision((Placement?)null);

    /// <summary>The host of the person's session is not live, and no other host can take them: what was not saved there is lost unless it comes back.</summary>
    /// <param name="Session">The session on the host that has gone.</param>
    /// <param name="Because">Every host considered and why.</param>
    public sealed record HomeGone(Session Session, Placement Because) : OpeningDecision(Because);

    /// <summary>All live hosts are full.</summary>
    public sealed record AllFull(Placement Because) : OpeningDecision(Because);

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

        var home = mine is null ? null : state.Hosts.FirstOrDefault(h => h.Host.Id == mine.Host);
        if (mine is not null && home is { Health: HostHealth.Live })
            return mine.Phase == SessionPhase.Ending ? new OpeningDecision.StillEnding(mine) : new OpeningDecision.Resume(mine);

        var placement = Placement.Rank(state.Hosts, wish.User, draw);
        if (!placement.Ranked.IsEmpty) return new OpeningDecision.Place(placement.Ranked, mine, placement);
        if (mine is not null) return new OpeningDecision.HomeGone(mine, placement);
        return placement.AllDown ? new OpeningDecision.AllDown(placement) : new OpeningDecision.AllFull(placement);
    }
}
