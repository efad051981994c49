using System.Collections.Immutable;
using VdiBroker.Sessions;

namespace VdiBroker.Broker.Tests.Sessions.Parallel;

/// <summary>One call of a client on the ledger's scripts, with what it was made on and what came of it. Closed.</summary>
internal abstract record SeatCall
{
    private SeatCall()
    {
    }

    /// <summary>When it was made, and when its answer was there, by one clock.</summary>
    public long Begin { get; init; }

    public long End { get; init; }

    public sealed record Take(int SignIn, ImmutableArray<string> Ranked, string Word, string Session, string Host, long Fence) : SeatCall;

    public sealed record Move(int SignIn, string Session, string Word, long Fence) : SeatCall;

    public sealed record Redeem(long Ticket, string Session, TicketVerdict Verdict) : SeatCall;

    public sealed record SignOut(int SignIn, string Session, long Fence, string Word) : SeatCall;

    public sealed record Correct(string Session, long Revision, SessionPhase Phase, bool Done) : SeatCall;

    /// <summary>The lease of a claim is made a thing of the past: what only time does elsewhere.</summary>
    public sealed record Lapse(string Session, bool Done) : SeatCall;

    public sealed record Expire(string Session, long Fence, bool Absent, Expiry Word) : SeatCall;

    /// <summary>Everything that is stored, read when all is quiet.</summary>
    public sealed record Read(string Picture) : SeatCall;
}
