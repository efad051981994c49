using System.Collections.Immutable;
using VdiBroker.Kernel;
using VdiBroker.Sessions;
using VdiBroker.Storage;
using Xunit;

namespace VdiBroker.Broker.Tests.Sessions;

/// <summary>One run of commands on the scripts and on the model beside them.</summary>
internal sealed class LedgerRun(LedgerFarm farm)
{
    private sealed record Seat(string User, string Host, long Serial, long Fence, long Redeemed, long Refused, SessionPhase Phase)
    {
        // By what the model did to its lease: no part of what the store is compared with.
        public bool LeaseOver { get; init; }
    }

    private sealed record Issued(string Secret, string User, string Host, string Session, long Fence)
    {
        public bool Spent { get; set; }
    }

    private readonly List<((SignIn SignIn, string Secret) Who, bool[] Closed)> _signIns = [];
    private readonly List<Issued> _tickets = [];
    private readonly Dictionary<string, Seat> _sessions = [];
    private readonly Dictionary<string, string> _desktops = [];
    private readonly Dictionary<HostId, ReadBefore> _known = [];
    private readonly Dictionary<string, long> _newest = [];
    private readonly Dictionary<string, int> _seats = farm.Catalogue.Hosts.Values.ToDictionary(h => h.Id.Value, h => h.Seats);
    private long _counter;

    public async Task SignInAsync(string user, string station)
    {
        var who = await farm.SignInAsync(user, station);
        Assert.True(who.SignIn.Serial > _counter);
        _counter = who.SignIn.Serial;
        _signIns.Add((who, [false]));
    }

    public async Task OpenAsync(int index, uint draw)
    {
        var (who, closed) = _signIns[index % _signIns.Count];
        var user = who.SignIn.User;
        var claim = await farm.TryOpenAsync(who, draw);
        var mine = _desktops.TryGetValue(user, out var sid) ? _sessions[sid] : null;
        if (mine is { Phase: SessionPhase.Ending } || mine?.Serial > who.SignIn.Serial)
        {
            Assert.Null(claim);
            return;
        }
        var full = _seats.All(host => Held(host.Key) >= host.Value);
        if (mine is null && full)
        {
            Assert.Null(claim);
            return;
        }
        if (closed[0])
        {
            Assert.IsType<Claim.SignedOut>(claim);
            return;
        }
        if (_newest.GetValueOrDefault(user) > who.SignIn.Serial)
        {
            Assert.IsType<Claim.Superseded>(claim);
            return;
        }
        var held = Assert.IsType<Claim.Held>(claim);
        _newest[user] = who.SignIn.Serial;
        Assert.True(held.Fence.Value > _counter);
        _counter = held.Fence.Value;
        if (mine is null) Assert.True(Held(held.Host.Value) < _seats[held.Host.Value], "a seat was given twice");
        else Assert.Equal((sid, mine.Host), (held.Session.Value, held.Host.Value));
        _desktops[user] = held.Session.Value;
        _sessions[held.Session.Value] = new Seat(user, held.Host.Value, who.SignIn.Serial, held.Fence.Value, mine?.Redeemed ?? 0, mine?.Refused ?? 0, SessionPhase.Opening);
        _tickets.Add(new Issued(held.Ticket.Text, user, held.Host.Value, held.Session.Value, held.Fence.Value));
    }

    public async Task RedeemAsync(int index, string user, string host)
    {
        if (_tickets.Count == 0) return;
        var ticket = _tickets[index % _tickets.Count];
        var verdict = await farm.PresentAsync(ticket.Secret, user, host);
        var seat = _sessions[ticket.Session];
        var current = seat.Fence == ticket.Fence;
        var expected = ticket.Spent ? TicketVerdict.Used
            : ticket.Host != host ? TicketVerdict.OtherHost
            : ticket.User != user ? TicketVerdict.OtherUser
            : !current || seat.Phase is not (SessionPhase.Opening or SessionPhase.Active or SessionPhase.Disconnected) ? TicketVerdict.Superseded
            : TicketVerdict.Granted;
        Assert.Equal(expected, verdict);
        ticket.Spent = true;
        if (!current) return;
        if (verdict == TicketVerdict.Granted) _sessions[ticket.Session] = seat with { Redeemed = ticket.Fence, LeaseOver = seat.LeaseOver && seat.Phase != SessionPhase.Opening };
        else if (seat.Redeemed != ticket.Fence) _sessions[ticket.Session] = seat with { Refused = ticket.Fence };
    }

    public async Task CorrectAsync(string user, SessionPhase phase, bool stale)
    {
        if (!_desktops.TryGetValue(user, out var sid)) return;
        var believed = (await farm.Sessions.FindAsync(new SessionId(sid)))!;
        var done = await farm.Ledger.CorrectAsync(new Correction(stale ? believed with { Revision = believed.Revision - 1 } : believed, phase, "test"));
        Assert.Equal(!stale && SessionLife.Before(phase).Contains(_sessions[sid].Phase), done);
        if (!done) return;
        _sessions[sid] = _sessions[sid] with { Phase = phase, LeaseOver = true };
        if (phase is SessionPhase.Ended or SessionPhase.Lost) _desktops.Remove(user);
    }

    /// <summary>Time passes over a claim's lease.</summary>
    public async Task LapseAsync(string user)
    {
        if (!_desktops.TryGetValue(user, out var sid) || _sessions[sid].Phase != SessionPhase.Opening) return;
        await farm.LapseAsync(new SessionId(sid));
        // Behind the scripts' back: no revision tells of it.
        _known.Clear();
        _sessions[sid] = _sessions[sid] with { LeaseOver = true };
    }

    /// <summary>Somebody thinks that a claim is over: perhaps too early, perhaps of a claim that has moved on.</summary>
    public async Task ExpireAsync(string user, bool late, bool absent)
    {
        if (!_desktops.TryGetValue(user, out var sid)) return;
        var believed = (await farm.Sessions.FindAsync(new SessionId(sid)))!;
        var seat = _sessions[sid];
        var outcome = await farm.Ledger.ExpireAsync(late ? believed with { Fence = new Fence(seat.Fence - 1) } : believed, absent);
        var expected = late || seat.Phase != SessionPhase.Opening ? Expiry.Changed
            : seat.Redeemed == seat.Fence && !absent ? Expiry.Confirmed
            : !seat.LeaseOver ? Expiry.Early
            : seat.Redeemed == 0 || absent ? Expiry.Expired : Expiry.Left;
        Assert.Equal(expected, outcome);
        if (outcome is not (Expiry.Expired or Expiry.Left)) return;
        _sessions[sid] = seat with { Phase = outcome == Expiry.Expired ? SessionPhase.Expired : SessionPhase.Disconnected };
        if (outcome == Expiry.Expired) _desktops.Remove(user);
    }

    public async Task CloseAsync(int index, bool signOut)
    {
        var (who, closed) = _signIns[index % _signIns.Count];
        var sid = _desktops.GetValueOrDefault(who.SignIn.User, "");
        var seat = sid.Length > 0 ? _sessions[sid] : null;
        var outcome = await farm.SignIns.CloseAsync(new Presented(who.Secret), new SessionId(sid), new Fence(seat?.Fence ?? 0), signOut);
        closed[0] = true;
        var ends = signOut && seat is { Phase: SessionPhase.Opening or SessionPhase.Active or SessionPhase.Disconnected } && seat.Serial == who.SignIn.Serial;
        Assert.Equal(ends ? "ending" : signOut && seat is not null ? "not-held" : "left", outcome);
        if (ends) _sessions[sid] = seat! with { Phase = SessionPhase.Ending };
    }

    /// <summary>Seats, desktops and every session are what the model says.</summary>
    public async Task AgreesAsync()
    {
        var seats = await farm.SeatsAsync();
        foreach (var (host, held) in seats)
        {
            Assert.True(held.Count <= _seats[host], $"{host} has {held.Count} of {_seats[host]} seats");
            Assert.Equal(_desktops.Where(d => _sessions[d.Value].Host == host).OrderBy(d => d.Key), held.OrderBy(h => h.Key));
        }
        foreach (var host in seats.Keys.Select(host => new HostId(host)))
        {
            // Reading only what has changed since the last look finds the same as reading all.
            _known[host] = await farm.SeatsAfterReportAsync(host, _known.GetValueOrDefault(host, ReadBefore.Nothing));
            Assert.Equal((await farm.Sessions.SeatsOfAsync(host)).OrderBy(row => row.User), _known[host].Rows.OrderBy(row => row.User));
        }
        foreach (var (sid, seat) in _sessions)
        {
            var stored = (await farm.Sessions.FindAsync(new SessionId(sid)))!;
            Assert.Equal(seat with { LeaseOver = false }, new Seat(stored.User, stored.Host.Value, stored.Serial, stored.Fence.Value, stored.Redeemed.Value, stored.Refused.Value, stored.Phase));
        }
    }

    private int Held(string host) => _desktops.Values.Count(sid => _sessions[sid].Host == host);
}
