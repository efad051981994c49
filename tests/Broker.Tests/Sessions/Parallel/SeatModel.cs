using System.Collections.Immutable;
using System.Globalization;
using VdiBroker.Sessions;

namespace VdiBroker.Broker.Tests.Sessions.Parallel;

/// <summary>A sign-in of the run: known before it begins.</summary>
internal sealed record SeatSignIn(string User, long Serial);

/// <summary>A session as the model has it.</summary>
internal sealed record SeatRow(string User, string Host, SessionPhase Phase, long Serial, long Fence, long Redeemed, long Refused, bool LeaseOver, long Revision)
{
    public bool IsFinal => SessionLife.IsFinal(Phase);

    public bool Runs => Phase is SessionPhase.Opening or SessionPhase.Active or SessionPhase.Disconnected;
}

/// <summary>The ledger in C#: what one script after the other would make of it.</summary>
internal sealed record SeatModel(ImmutableArray<SeatSignIn> SignIns, ImmutableSortedDictionary<string, int> Seats)
{
    public ImmutableSortedDictionary<string, SeatRow> Sessions { get; init; } = ImmutableSortedDictionary<string, SeatRow>.Empty;

    public ImmutableSortedDictionary<string, long> Newest { get; init; } = ImmutableSortedDictionary<string, long>.Empty;

    public ImmutableSortedSet<int> Closed { get; init; } = [];

    public ImmutableSortedSet<long> Spent { get; init; } = [];

    public long Counter { get; init; }

    /// <summary>What the store must show: every session and every seat, and how many seats are in use.</summary>
    public string Picture => PictureOf(Sessions, Sessions.Where(s => !s.Value.IsFinal).Select(s => (s.Value.Host, s.Value.User, s.Key)), Sessions.Values.Count(s => !s.IsFinal));

    /// <summary>All that tells two states apart.</summary>
    public string Key => $"{Picture}#{string.Join(',', Newest.Select(n => $"{n.Key}{n.Value}"))}#{string.Join(',', Closed)}#{string.Join(',', Spent)}#{string.Join(',', Sessions.Values.Select(s => s.LeaseOver ? 1 : 0))}";

    public static string PictureOf(IReadOnlyDictionary<string, SeatRow> sessions, IEnumerable<(string Host, string User, string Session)> held, int use) =>
        string.Join('\n', sessions.OrderBy(s => s.Key, StringComparer.Ordinal)
            .Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Key} {s.Value.User} {s.Value.Host} {s.Value.Phase} {s.Value.Serial} {s.Value.Fence} {s.Value.Redeemed} {s.Value.Refused} r{s.Value.Revision}")))
        + $"\n{string.Join(' ', held.Order().Select(h => $"{h.Host}/{h.User}={h.Session}"))} use {use}";

    /// <summary>The state after a call.</summary>
    /// <returns>Null when this call, made in this state, would have had another answer.</returns>
    public SeatModel? After(SeatCall call) => call switch
    {
        SeatCall.Take take => Take(take),
        SeatCall.Move move => Move(move),
        SeatCall.Redeem redeem => Redeem(redeem),
        SeatCall.SignOut signOut => SignOut(signOut),
        SeatCall.Correct correct => Sessions[correct.Session].Revision != correct.Revision || !SessionLife.Before(correct.Phase).Contains(Sessions[correct.Session].Phase)
            ? Answered(!correct.Done, this)
            : Answered(correct.Done, With(correct.Session, Sessions[correct.Session] with { Phase = correct.Phase, LeaseOver = true })),
        SeatCall.Lapse lapse => Sessions[lapse.Session].Phase != SessionPhase.Opening
            ? Answered(!lapse.Done, this)
            : Answered(lapse.Done, this with { Sessions = Sessions.SetItem(lapse.Session, Sessions[lapse.Session] with { LeaseOver = true }) }),
        SeatCall.Expire expire => Expire(expire),
        SeatCall.Read read => Answered(read.Picture == Picture, this),
        _ => null,
    };

    private SeatModel? Take(SeatCall.Take call)
    {
        var who = SignIns[call.SignIn];
        if (Closed.Contains(call.SignIn)) return Answered(call.Word == nameof(Claim.SignedOut), this);
        if (Newest.GetValueOrDefault(who.User) > who.Serial) return Answered(call.Word == nameof(Claim.Superseded), this);
        var host = Sessions.Values.Any(s => !s.IsFinal && s.User == who.User) ? null
            : call.Ranked.FirstOrDefault(host => Sessions.Values.Count(s => !s.IsFinal && s.Host == host) < Seats[host]);
        if (host is null) return Answered(call.Word == nameof(Claim.Changed), this);
        var row = new SeatRow(who.User, host, SessionPhase.Opening, who.Serial, call.Fence, 0, 0, false, 0);
        return Answered(call.Word == nameof(Claim.Held) && call.Host == host && call.Fence > Counter, With(call.Session, row) with { Newest = Newest.SetItem(who.User, who.Serial), Counter = call.Fence });
    }

    private SeatModel? Move(SeatCall.Move call)
    {
        var who = SignIns[call.SignIn];
        var row = Sessions[call.Session];
        if (Closed.Contains(call.SignIn)) return Answered(call.Word == nameof(Claim.SignedOut), this);
        if (!row.Runs) return Answered(call.Word == nameof(Claim.Changed), this);
        if (row.Serial > who.Serial || Newest.GetValueOrDefault(who.User) > who.Serial) return Answered(call.Word == nameof(Claim.Superseded), this);
        var moved = row with { Phase = SessionPhase.Opening, Serial = who.Serial, Fence = call.Fence, LeaseOver = false };
        return Answered(call.Word == nameof(Claim.Held) && call.Fence > Counter, With(call.Session, moved) with { Newest = Newest.SetItem(who.User, who.Serial), Counter = call.Fence });
    }

    private SeatModel? Redeem(SeatCall.Redeem call)
    {
        var row = Sessions[call.Session];
        var verdict = Spent.Contains(call.Ticket) ? TicketVerdict.Used : row.Fence != call.Ticket || !row.Runs ? TicketVerdict.Superseded : TicketVerdict.Granted;
        var next = this with { Spent = Spent.Add(call.Ticket) };
        if (row.Fence == call.Ticket && verdict == TicketVerdict.Granted)
            next = next.With(call.Session, row with { Redeemed = call.Ticket, LeaseOver = row.Phase != SessionPhase.Opening && row.LeaseOver });
        else if (row.Fence == call.Ticket && row.Redeemed != call.Ticket) next = next.With(call.Session, row with { Refused = call.Ticket });
        return Answered(call.Verdict == verdict, next);
    }

    private SeatModel? SignOut(SeatCall.SignOut call)
    {
        var row = Sessions[call.Session];
        var next = this with { Closed = Closed.Add(call.SignIn) };
        if (row.Fence != call.Fence || row.Serial != SignIns[call.SignIn].Serial || !row.Runs) return Answered(call.Word == "not-held", next);
        return Answered(call.Word == "ending", next.With(call.Session, row with { Phase = SessionPhase.Ending }));
    }

    private SeatModel? Expire(SeatCall.Expire call)
    {
        var row = Sessions[call.Session];
        if (row.Phase != SessionPhase.Opening || row.Fence != call.Fence) return Answered(call.Word == Expiry.Changed, this);
        if (row.Redeemed == row.Fence && !call.Absent) return Answered(call.Word == Expiry.Confirmed, this);
        if (!row.LeaseOver) return Answered(call.Word == Expiry.Early, this);
        var gone = row.Redeemed == 0 || call.Absent;
        return Answered(call.Word == (gone ? Expiry.Expired : Expiry.Left), With(call.Session, row with { Phase = gone ? SessionPhase.Expired : SessionPhase.Disconnected }));
    }

    private SeatModel With(string session, SeatRow row) => this with { Sessions = Sessions.SetItem(session, row with { Revision = row.Revision + 1 }) };

    private static SeatModel? Answered(bool so, SeatModel next) => so ? next : null;
}
