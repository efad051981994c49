using VdiBroker.Pools;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Storage;

namespace VdiBroker.Sessions;

/// <summary>What came of committing a decision. Closed.</summary>
internal abstract record Commitment
{
    private Commitment()
    {
    }

    /// <summary>It is done, one way or the other.</summary>
    public sealed record Done(OpeningStep Step) : Commitment;

    /// <summary>The state has moved on: decide again.</summary>
    public sealed record Overtaken : Commitment;

    /// <summary>A seat may be free, and others are before this person.</summary>
    public sealed record OthersFirst : Commitment;
}

/// <summary>Commits the decision on one opening, or says why there is no desktop.</summary>
internal sealed class CommitOpening(SeatLedger ledger, FreshMemory fresh, HostsView view, ILogger<CommitOpening> logger)
{
    /// <summary>Commits; outages of the store come as <see cref="StoreOutOfReachException"/>.</summary>
    /// <param name="opener">Who opens what.</param>
    /// <param name="secret">Proves the sign-in.</param>
    /// <param name="state">What was decided on.</param>
    /// <param name="decision">What was decided.</param>
    /// <param name="turn">Nobody who waits comes before them.</param>
    public async Task<Commitment> RunAsync(Opener.Entitled opener, Presented secret, OpeningState state, OpeningDecision decision, bool turn)
    {
        var (signIn, pool) = opener;
        var claim = decision switch
        {
            OpeningDecision.Resume resume => await ledger.ResumeAsync(signIn, secret, resume.Session),
            OpeningDecision.Place place => await ledger.PlaceAsync(signIn, secret, pool, place, turn || !pool.Queues || place.FindsAgain),
            _ => null,
        };
        switch (claim)
        {
            case null:
                return new Commitment.Done(Refusal(pool, decision));
            case Claim.Held held:
                var choice = state.Hosts.Append(state.Home).First(h => h?.Host.Id == held.Host)!;
                SessionsLog.Opened(logger, held.Session, signIn.Person, pool.Id, held.Host, signIn.Station, held.Fence, decision is OpeningDecision.Resume);
                // Who comes back to a seat of their own takes none.
                if (decision is OpeningDecision.Place taken && taken.GivenUp?.Host != held.Host) view.Charge(held.Host, signIn.User);
                fresh.Tickets.Keep(held.Ticket.Digest, IssuedFor(opener, held, (decision as OpeningDecision.Resume)?.Session));
                return new Commitment.Done(new OpeningStep.Ready(held, choice.Host, choice.Observation!.CertificateSha256, signIn, decision) { Machine = pool.Machines.FirstOrDefault(m => m.Id == held.Host) });
            case Claim.SignedOut:
                return Refused(ErrorCode.SignInEnded);
            case Claim.Superseded:
                return Refused(ErrorCode.MovedElsewhere);
            case Claim.ShareUsedUp when !pool.Queues:
                return Refused(ErrorCode.ShareUsedUp);
            case Claim.ShareUsedUp or Claim.OthersWait:
                return new Commitment.OthersFirst();
            default:
                return new Commitment.Overtaken();
        }
    }

    // As the claim has just written them; when the ticket ends is for the script to say, which has the store's clock.
    private static (Ticket Ticket, Session Session) IssuedFor(Opener.Entitled opener, Claim.Held held, Session? resumed)
    {
        var (signIn, pool) = opener;
        var session = resumed is { } was
            ? was with { Phase = SessionPhase.Opening, Station = signIn.Station, Serial = signIn.Serial, Fence = held.Fence }
            : new Session(held.Session, signIn.Person, signIn.User, pool.Id, held.Host, SessionPhase.Opening, signIn.Station, signIn.Serial, held.Fence, default, default, null, "", 1);
        return (new Ticket(session.User, held.Host, held.Session, held.Fence, DateTimeOffset.MaxValue, Spent: false) { Printers = signIn.Settings.Printers, Look = signIn.Settings.Look }, session);
    }

    private static Commitment.Done Refused(ErrorCode code) => new(new OpeningStep.Refused(code, ""));

    private static OpeningStep.Refused Refusal(Pool pool, OpeningDecision decision) => decision switch
    {
        OpeningDecision.HomeGone or OpeningDecision.AllFull or OpeningDecision.AllDraining or OpeningDecision.AllDown when pool.Kind == PoolKind.Fixed => Refusal(CodeOf(decision.Placement!), Reasons(pool, decision.Placement!), decision.Placement),
        OpeningDecision.HomeGone gone => Refusal(ErrorCode.HostGone, $"session {gone.Session.Id} on {gone.Session.Host}; {Reasons(pool, gone.Because)}", gone.Because),
        OpeningDecision.StillEnding => Refusal(ErrorCode.StillEnding, "", null),
        OpeningDecision.AwaitHost => Refusal(ErrorCode.AllHostsDown, $"pool '{pool.Id}': no host has come back", null),
        OpeningDecision.AllFull full => Refusal(ErrorCode.AllHostsFull, Reasons(pool, full.Because), full.Because),
        OpeningDecision.AllDraining draining => Refusal(ErrorCode.UnderMaintenance, Reasons(pool, draining.Because), draining.Because),
        OpeningDecision.AllDown down => Refusal(ErrorCode.AllHostsDown, Reasons(pool, down.Because), down.Because),
        _ => Refusal(ErrorCode.MovedElsewhere, "", null),
    };

    // Of a machine that is somebody's own there is one, or none.
    private static ErrorCode CodeOf(Placement placement) => placement.Reasons.Select(reason => reason.Verdict).FirstOrDefault(Verdict.NotTheirs) switch
    {
        Verdict.NotTheirs => ErrorCode.NoMachine,
        Verdict.Untrusted => ErrorCode.MachineUntrusted,
        Verdict.Silent or Verdict.NeverSeen => ErrorCode.MachineSilent,
        Verdict.Draining => ErrorCode.UnderMaintenance,
        _ => ErrorCode.MachineTaken,
    };

    private static OpeningStep.Refused Refusal(ErrorCode code, string what, Placement? because) => new(code, what) { Placement = because };

    private static string Reasons(Pool pool, Placement placement) =>
        $"pool '{pool.Id}': {string.Join(", ", placement.Reasons.Select(r => $"{r.Host} {r.Verdict} {r.Taken}/{r.Seats}"))}";
}
