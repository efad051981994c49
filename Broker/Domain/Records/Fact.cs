using System.Collections.Immutable;
using VdiBroker.Kernel;

namespace VdiBroker.Records;

/// <summary>How long the parts of a sign-in took at the broker.</summary>
/// <param name="Whole">From the request to the answer.</param>
/// <param name="Directory">Lockout, search, bind and groups.</param>
/// <param name="Profile">The person's settings and running desktops.</param>
public sealed record SignInTimes(TimeSpan Whole, TimeSpan Directory, TimeSpan Profile);

/// <summary>One host as it was considered: data of a decision, kept as it was worded then.</summary>
/// <param name="Host">Which.</param>
/// <param name="Verdict">What became of it: a name of <c>Pools.Verdict</c>, perhaps of a newer broker.</param>
/// <param name="Score">By the pool's policy, the lower the earlier; null = it was not offered.</param>
/// <param name="Taken">Seats in use.</param>
/// <param name="Seats">Seats declared.</param>
/// <param name="Leaning">What the pool's rules said: a name of <c>Pools.Leaning</c>.</param>
public sealed record HostLine(HostId Host, string Verdict, double? Score, int Taken, int Seats, string Leaning);

/// <summary>One thing that a sign-in met on its way to a desktop and after. Closed; names and codes of other rooms travel as data.</summary>
public abstract record Fact
{
    private Fact()
    {
    }

    /// <summary>Somebody tried to sign in and got no number.</summary>
    /// <param name="Station">Where.</param>
    /// <param name="Person">Whose name it was; null = nobody's, or it is not known.</param>
    /// <param name="Took">From the request to the refusal; null = not measured.</param>
    public sealed record Tried(StationId Station, PersonId? Person, TimeSpan? Took) : Fact
    {
        /// <summary>By what a name that no directory knows is found (some bits of its digest); null = none was typed, or it is known.</summary>
        public string? Name { get; init; }
    }

    /// <summary>The person was let in.</summary>
    /// <param name="Serial">Number of the sign-in.</param>
    /// <param name="Person">Who.</param>
    /// <param name="Station">Where.</param>
    /// <param name="Took">How long its parts took.</param>
    /// <param name="Limited">In limited mode.</param>
    public sealed record SignedIn(long Serial, PersonId Person, StationId Station, SignInTimes Took, bool Limited) : Fact;

    /// <summary>A desktop was asked for; what follows belongs to it, up to the next one.</summary>
    /// <param name="Person">Who asks.</param>
    /// <param name="Station">From where.</param>
    /// <param name="Pool">Which desktop; null = the preferred one.</param>
    public sealed record Asked(PersonId? Person, StationId Station, PoolId? Pool) : Fact;

    /// <summary>A decision and its reasons.</summary>
    /// <param name="Pool">Of which pool.</param>
    /// <param name="Decision">Name of the case of <c>Sessions.OpeningDecision</c>.</param>
    /// <param name="Policy">How the pool chooses; empty = it did not have to.</param>
    /// <param name="Hosts">Hosts considered, in the order declared; empty = none was.</param>
    public sealed record Considered(PoolId Pool, string Decision, string Policy, ImmutableArray<HostLine> Hosts) : Fact
    {
        /// <summary>Further hosts of a large pool that were considered and are not told one by one.</summary>
        public int Others { get; init; }
    }

    /// <summary>The person waits, and not in a queue: for their former session's end, or for hosts that come back.</summary>
    /// <param name="For">Name of the case of <c>Sessions.OpeningStep</c>.</param>
    public sealed record Waits(string For) : Fact;

    /// <summary>The person stands in the pool's queue.</summary>
    /// <param name="Place">From 1.</param>
    /// <param name="Of">How many wait.</param>
    /// <param name="About">What they were told to expect; null = nothing.</param>
    public sealed record Queued(int Place, int Of, TimeSpan? About) : Fact;

    /// <summary>A desktop is the person's.</summary>
    /// <param name="Session">Which.</param>
    /// <param name="Host">Where.</param>
    /// <param name="Fence">Of the claim.</param>
    /// <param name="Resumed">It ran already.</param>
    public sealed record Claimed(SessionId Session, HostId Host, Fence Fence, bool Resumed) : Fact;

    /// <summary>A host presented the desktop's ticket.</summary>
    /// <param name="Host">Which.</param>
    /// <param name="Fence">Of the ticket.</param>
    /// <param name="Verdict">Name of <c>Sessions.TicketVerdict</c>.</param>
    public sealed record Presented(HostId Host, Fence Fence, string Verdict) : Fact;

    /// <summary>The session came into another phase of its life.</summary>
    /// <param name="Session">Which.</param>
    /// <param name="Phase">Name of <c>Sessions.SessionPhase</c>.</param>
    /// <param name="Cause">Why, as the event stream has it.</param>
    public sealed record Became(SessionId Session, string Phase, string Cause) : Fact;

    /// <summary>The person was told of the desktop's end.</summary>
    /// <param name="Session">Which.</param>
    /// <param name="Limit">Why, by a word of <c>Pools.LimitNames</c>.</param>
    /// <param name="Ends">When it ends, as it was told.</param>
    public sealed record EndTold(SessionId Session, string Limit, DateTimeOffset Ends) : Fact;

    /// <summary>What was told of the end holds no more: its cause has gone.</summary>
    /// <param name="Session">Which.</param>
    /// <param name="Limit">As above.</param>
    public sealed record EndTakenBack(SessionId Session, string Limit) : Fact;

    /// <summary>The person asked for more time and got it.</summary>
    /// <param name="Session">Which.</param>
    /// <param name="Limit">As above.</param>
    /// <param name="Until">The limit does not hold before.</param>
    public sealed record EndPutOff(SessionId Session, string Limit, DateTimeOffset Until) : Fact;

    /// <summary>The station has the first picture.</summary>
    /// <param name="Fence">Of the claim.</param>
    /// <param name="SignInTook">As the station measured it; null = not told.</param>
    /// <param name="OpenTook">As above.</param>
    /// <param name="ConnectTook">As above: from the desktop's address to the picture.</param>
    public sealed record Shown(Fence Fence, TimeSpan? SignInTook, TimeSpan? OpenTook, TimeSpan? ConnectTook) : Fact;

    /// <summary>The person took the desktop to another station.</summary>
    /// <param name="Station">Where it is now.</param>
    /// <param name="Serial">Number of the sign-in there.</param>
    public sealed record Moved(StationId Station, long Serial) : Fact;

    /// <summary>The person left the station.</summary>
    /// <param name="SignedOut">They ended the desktop; else it runs on.</param>
    public sealed record Closed(bool SignedOut) : Fact;

    /// <summary>The station went away before there was a desktop.</summary>
    /// <param name="BrokerStopping">It was sent to another broker.</param>
    public sealed record GaveUp(bool BrokerStopping) : Fact;

    /// <summary>The station was told no.</summary>
    /// <param name="Code">Number of the error in the catalogue.</param>
    /// <param name="Reference">What the station showed for the telephone.</param>
    /// <param name="Ground">What the station was not told, for the helpdesk: a name of <c>Directory.RejectionGround</c>, a server; empty = nothing.</param>
    public sealed record Refused(int Code, string Reference, string Ground) : Fact;

    /// <summary>Notes that were too many to keep.</summary>
    /// <param name="Count">How many.</param>
    public sealed record Dropped(int Count) : Fact;

    /// <summary>A note that this broker cannot read: a newer one wrote it.</summary>
    public sealed record Unknown : Fact;
}
