using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Pools;
using VdiBroker.Sessions;
using VdiBroker.Storage;

namespace VdiBroker.Broker.Tests.Sessions.Parallel;

/// <summary>How the clients of a run behave.</summary>
internal sealed record SeatManners
{
    /// <summary>They look for a free seat before they claim, in a step of its own.</summary>
    public bool LooksFirst { get; init; }
}

/// <summary>Some clients, each with a connection of its own, that call the ledger's scripts at random and at once; what they did and were answered is kept.</summary>
internal sealed class SeatRun
{
    private sealed record Known(string Session, int SignIn, long Fence, Secret Ticket, string Host);

    private readonly ConcurrentBag<SeatCall> _calls = [];
    private readonly ConcurrentQueue<Known> _known = new();
    private readonly SeatManners _manners;
    private readonly List<(SignIn SignIn, string Secret)> _signIns = [];
    private readonly LedgerFarm _farm;

    private SeatRun(ImmutableArray<RedisStore> stores, SeatManners manners)
    {
        _manners = manners;
        _farm = new LedgerFarm(stores[0], 1, 1);
    }

    /// <summary>Runs one round.</summary>
    /// <param name="stores">One for each client.</param>
    /// <param name="seed">Of all that is drawn.</param>
    /// <param name="manners">How the clients behave.</param>
    /// <returns>Every call, the last one a look at all that is stored, and the state before the first.</returns>
    public static async Task<(IReadOnlyList<SeatCall> Calls, SeatModel Start)> RunAsync(ImmutableArray<RedisStore> stores, int seed, SeatManners manners)
    {
        var run = new SeatRun(stores, manners);
        foreach (var user in (string[])["amelie", "karim", "lea"])
            for (var station = 0; station < 2; station++) run._signIns.Add(await run._farm.SignInAsync(user, $"poste-{station}"));
        var start = new SeatModel([.. run._signIns.Select(s => new SeatSignIn(s.SignIn.User, s.SignIn.Serial))], run._farm.Catalogue.Hosts.Values.ToImmutableSortedDictionary(h => h.Id.Value, h => h.Seats));
        using var together = new Barrier(stores.Length);
        await Task.WhenAll(stores.Select((store, client) => Task.Run(() => run.ClientAsync(store, new Random((seed * 31) + client), together))));
        run._calls.Add(new SeatCall.Read(await run.PictureAsync()) { Begin = long.MaxValue - 1, End = long.MaxValue });
        return ([.. run._calls.OrderBy(call => call.Begin)], start);
    }

    private async Task ClientAsync(RedisStore store, Random random, Barrier together)
    {
        var (ledger, signIns, sessions) = (new SeatLedger(store, _farm.Keys), new SignInStore(store, _farm.Keys), new SessionStore(store, _farm.Keys, _farm.Board, _farm.Catalogue));
        together.SignalAndWait();
        for (var call = 0; call < 6; call++)
        {
            var known = _known.ToArray();
            var one = known.Length == 0 ? null : known[random.Next(known.Length)];
            var what = one is null ? 0 : random.Next(12);
            switch (what)
            {
                case < 3: await TakeAsync(ledger, random); break;
                case < 5: await MoveAsync(ledger, random, one!); break;
                case < 7: await RedeemAsync(ledger, one!); break;
                case 7: await SignOutAsync(signIns, random, one!); break;
                case 8: await CorrectAsync(ledger, sessions, random, one!); break;
                case 9: await LapseAsync(store, one!); break;
                default: await ExpireAsync(ledger, sessions, random, one!); break;
            }
        }
    }

    private async Task TakeAsync(SeatLedger ledger, Random random)
    {
        var index = random.Next(_signIns.Count);
        var (signIn, secret) = _signIns[index];
        var hosts = _farm.Catalogue.Hosts.Values.OrderBy(h => h.Id.Value, StringComparer.Ordinal).ToArray();
        random.Shuffle(hosts);
        if (_manners.LooksFirst)
        {
            var held = await _farm.SeatsAsync();
            hosts = [.. hosts.Where(host => held[host.Id.Value].Count < host.Seats)];
            if (hosts.Length == 0) return;
        }
        ImmutableArray<HostChoice> ranked = [.. hosts.Select(host => new HostChoice(host, HostHealth.Live, null, SeatCount.None))];
        var begin = Stopwatch.GetTimestamp();
        var claim = await ledger.PlaceAsync(signIn, new Presented(secret), _farm.Pool, new OpeningDecision.Place(ranked, null, new Placement(ranked, [])));
        var got = claim as Claim.Held;
        Note(begin, end => new SeatCall.Take(index, [.. hosts.Select(h => h.Id.Value)], claim.GetType().Name, got?.Session.Value ?? "", got?.Host.Value ?? "", got?.Fence.Value ?? 0) { Begin = begin, End = end });
        if (got is not null) _known.Enqueue(new Known(got.Session.Value, index, got.Fence.Value, got.Ticket, got.Host.Value));
    }

    private async Task MoveAsync(SeatLedger ledger, Random random, Known one)
    {
        var index = (one.SignIn / 2 * 2) + random.Next(2);
        var (signIn, secret) = _signIns[index];
        var begin = Stopwatch.GetTimestamp();
        var claim = await ledger.ResumeAsync(signIn, new Presented(secret), SessionOf(one));
        var held = claim as Claim.Held;
        Note(begin, end => new SeatCall.Move(index, one.Session, claim.GetType().Name, held?.Fence.Value ?? 0) { Begin = begin, End = end });
        if (held is not null) _known.Enqueue(one with { SignIn = index, Fence = held.Fence.Value, Ticket = held.Ticket });
    }

    private async Task RedeemAsync(SeatLedger ledger, Known one)
    {
        var user = _signIns[one.SignIn].SignIn.User;
        var ticket = new Ticket(user, new HostId(one.Host), new SessionId(one.Session), new Fence(one.Fence), DateTimeOffset.MaxValue, Spent: false);
        var begin = Stopwatch.GetTimestamp();
        var verdict = await ledger.RedeemAsync(one.Ticket.Digest, ticket, TicketVerdict.Granted, new Presentation(new HostId(one.Host), user, ""));
        Note(begin, end => new SeatCall.Redeem(one.Fence, one.Session, verdict) { Begin = begin, End = end });
    }

    private async Task SignOutAsync(SignInStore signIns, Random random, Known one)
    {
        var index = (one.SignIn / 2 * 2) + random.Next(2);
        var begin = Stopwatch.GetTimestamp();
        var word = await signIns.CloseAsync(new Presented(_signIns[index].Secret), new SessionId(one.Session), new Fence(one.Fence), signOut: true);
        Note(begin, end => new SeatCall.SignOut(index, one.Session, one.Fence, word) { Begin = begin, End = end });
    }

    private async Task CorrectAsync(SeatLedger ledger, SessionStore sessions, Random random, Known one)
    {
        var believed = (await sessions.FindAsync(new SessionId(one.Session)))!;
        if (believed.IsFinal) return;
        SessionPhase[] phases = [SessionPhase.Active, SessionPhase.Disconnected, SessionPhase.Ended, SessionPhase.Lost];
        var phase = phases[random.Next(phases.Length)];
        var begin = Stopwatch.GetTimestamp();
        var done = await ledger.CorrectAsync(new Correction(believed, phase, "test"));
        Note(begin, end => new SeatCall.Correct(one.Session, believed.Revision, phase, done) { Begin = begin, End = end });
    }

    private async Task LapseAsync(RedisStore store, Known one)
    {
        const string Lapse = "if redis.call('HGET', KEYS[1], 'phase') ~= 'opening' then return 0 end redis.call('HSET', KEYS[1], 'lease', 1) return 1";
        var begin = Stopwatch.GetTimestamp();
        var done = (long)await store.RunAsync("lapse", db => db.ScriptEvaluateAsync(Lapse, [_farm.Keys.Session(new SessionId(one.Session))])) == 1;
        Note(begin, end => new SeatCall.Lapse(one.Session, done) { Begin = begin, End = end });
    }

    private async Task ExpireAsync(SeatLedger ledger, SessionStore sessions, Random random, Known one)
    {
        var claim = (await sessions.FindAsync(new SessionId(one.Session)))!;
        var absent = random.Next(3) == 0;
        var begin = Stopwatch.GetTimestamp();
        var word = await ledger.ExpireAsync(claim, absent);
        Note(begin, end => new SeatCall.Expire(one.Session, claim.Fence.Value, absent, word) { Begin = begin, End = end });
    }

    private void Note(long begin, Func<long, SeatCall> call)
    {
        var end = Stopwatch.GetTimestamp();
        Debug.Assert(begin <= end, "one clock");
        _calls.Add(call(end));
    }

    private Session SessionOf(Known one) => new(new SessionId(one.Session), _signIns[one.SignIn].SignIn.Person, _signIns[one.SignIn].SignIn.User, LedgerFarm.Office, new HostId(one.Host),
        SessionPhase.Active, new StationId("poste"), 0, default, default, default, null, "", 0);

    private async Task<string> PictureAsync()
    {
        var rows = new SortedDictionary<string, SeatRow>(StringComparer.Ordinal);
        foreach (var sid in _known.Select(k => k.Session).Distinct())
        {
            var s = (await _farm.Sessions.FindAsync(new SessionId(sid)))!;
            rows[sid] = new SeatRow(s.User, s.Host.Value, s.Phase, s.Serial, s.Fence.Value, s.Redeemed.Value, s.Refused.Value, false, s.Revision);
        }
        var held = (await _farm.SeatsAsync()).SelectMany(host => host.Value.Select(seat => (host.Key, seat.Key, seat.Value)));
        var use = (await _farm.Queue.WaitAsync(LedgerFarm.Office, [])).Use.Values.Sum();
        return SeatModel.PictureOf(rows, held, use);
    }
}
