using System.Collections.Immutable;
using System.Globalization;
using StackExchange.Redis;
using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Pools;
using VdiBroker.Sessions;
using Xunit;

namespace VdiBroker.Broker.Tests.Sessions;

/// <summary>Under which id a session is taken in.</summary>
internal enum AdoptedId
{
    /// <summary>One that its host knows and the ledger never heard of.</summary>
    New,

    /// <summary>One that the ledger gives.</summary>
    Fresh,

    /// <summary>One that the ledger had, and may have.</summary>
    Known,
}

/// <summary>What is given up for it.</summary>
internal enum Instead
{
    Nothing,

    /// <summary>What the ledger calls the person's desktop.</summary>
    Desktop,

    /// <summary>The same, as it was before it changed.</summary>
    Stale,
}

/// <summary>How a session is taken in.</summary>
/// <param name="Host">Where it runs.</param>
/// <param name="Ahead">By how much the fence that the host was told is above the farm's counter.</param>
/// <param name="Id">Its id.</param>
/// <param name="Instead">What makes way for it.</param>
/// <param name="OtherLink">By a stream that does not speak for the host any more.</param>
/// <param name="OtherTenant">Its person is of another tenant than the account's.</param>
/// <param name="Nth">Which of the known ids.</param>
internal sealed record AdoptionCase(string Host, long Ahead, AdoptedId Id, Instead Instead, bool OtherLink, bool OtherTenant, int Nth);

/// <summary>One run of repairs on the scripts and on the model beside them.</summary>
internal sealed class AdoptionRun(LedgerFarm farm)
{
    /// <summary>Who is there.</summary>
    public static readonly string[] Users = ["amelie", "karim", "lea", "hugo"];

    private const long DayAhead = 24L * 3600 * 1_000_000;
    private static readonly PoolId[] _pools = [new("paire"), LedgerFarm.Office];

    private sealed record Row(string Person, string User, string Host, SessionPhase Phase, long Fence, long Redeemed, long Changes)
    {
        public bool IsFinal => Phase is SessionPhase.Ended or SessionPhase.Lost or SessionPhase.Expired;
    }

    private readonly SortedDictionary<string, Row> _rows = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Session> _lastRead = [];
    private readonly List<string> _ids = [];
    private readonly Dictionary<string, (long Changes, long Revision)> _revisions = [];
    private readonly Dictionary<string, SortedDictionary<string, string>> _seats = farm.Pool.Hosts.ToDictionary(host => host.Value, _ => new SortedDictionary<string, string>(StringComparer.Ordinal));
    private readonly SortedDictionary<string, string> _desktops = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _use = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _assigned = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _owners = new(StringComparer.Ordinal) { ["amelie"] = "agglo/drancy", ["lea"] = "agglo" };
    private readonly List<string> _events = [];
    private long _counter = 1000;
    private int _releases;
    private long _changes;

    /// <summary>The account amelie is Drancy's; that of lea was given by an older broker, which did not say whose; nobody has used the others.</summary>
    public Task BeginAsync() => farm.Store.RunAsync("begin", async db =>
    {
        await db.StringSetAsync(farm.Keys.Counter, _counter);
        foreach (var (user, owner) in _owners) await db.StringSetAsync(farm.Keys.Account(user), owner);
        return true;
    });

    public async Task AdoptAsync(string user, AdoptionCase how)
    {
        var person = new PersonId($"{(how.OtherTenant ? "le-bourget" : "drancy")}/{user}");
        var (seats, told) = (_seats[how.Host], Math.Max(1, how.Ahead > DayAhead ? MicrosNow + how.Ahead : _counter + how.Ahead));
        var sid = how.Id switch { AdoptedId.Fresh => null, AdoptedId.Known when _ids.Count > 0 => _ids[how.Nth % _ids.Count], _ => SeatLedger.FreshId().Value };
        var desktop = _desktops.GetValueOrDefault(person.Value, "");
        var givenUp = how.Instead != Instead.Nothing && _rows.TryGetValue(desktop, out var mine) && !mine.IsFinal ? Believed(desktop, how.Instead == Instead.Stale) : null;
        var holder = seats.GetValueOrDefault(user);
        var expected = how.OtherLink || (sid is not null && _rows.ContainsKey(sid)) || (holder is not null && holder != sid)
            || (desktop != (givenUp?.Id.Value ?? "") && desktop != sid) || (givenUp is not null && how.Instead == Instead.Stale) ? "changed"
            : holder is null && seats.Count >= farm.Catalogue.Hosts[new HostId(how.Host)].Seats ? "full"
            : _owners.GetValueOrDefault(user) is { } owner && owner.Contains('/', StringComparison.Ordinal) && owner != $"agglo/{person.Tenant}" ? "account"
            : how.Ahead > DayAhead && told > _counter ? "implausible"
            : "adopted";
        var seen = new ObservedSession(user, 10, Connected: how.Nth % 2 == 0, DateTimeOffset.UtcNow) { Grant = new GrantSeen(sid ?? "older", told, person.Value, LedgerFarm.Office.Value) };
        var word = await farm.Adoptions.AdoptAsync(
            new Adopted(how.OtherLink ? "other" : "link", farm.Catalogue.Hosts[new HostId(how.Host)], "boot", seen, farm.Pool, $"agglo/{person.Tenant}"),
            new AdoptionDecision.Adopt(sid is null ? null : new SessionId(sid), givenUp, "test"));
        Assert.Equal(expected, word);
        if (word != "adopted") return;
        // Where a host has claimed an id for two people, only what is this one's makes way: what the other holds of it is a seat of nobody, and freed as such.
        if (givenUp is not null) End(givenUp.Id.Value, SessionPhase.Lost, isRelease: false, (user, person.Value));
        var fence = told;
        if (sid is null)
        {
            // Which one it drew, only the store knows.
            sid = (await farm.SeatsAsync())[how.Host][user];
            fence = (await farm.Sessions.FindAsync(new SessionId(sid)))!.Fence.Value;
            Assert.True(fence > Math.Max(_counter, told));
        }
        _counter = Math.Max(_counter, fence);
        _rows[sid] = new Row(person.Value, user, how.Host, seen.Connected ? SessionPhase.Active : SessionPhase.Disconnected, fence, told, ++_changes);
        seats[user] = _desktops[person.Value] = sid;
        _use[sid] = person.Tenant.Value;
        _owners.TryAdd(user, $"agglo/{person.Tenant}");
        if (farm.Pool.Kind == PoolKind.Personal) _assigned.TryAdd(person.Value, how.Host);
        _events.Add("session-adopted");
        if (!_ids.Contains(sid)) _ids.Add(sid);
    }

    public async Task ReseatAsync(int nth, bool stale)
    {
        if (Known(nth) is not { } sid || (_rows.TryGetValue(sid, out var row) && row.IsFinal)) return;
        var done = row is not null && !stale && !_seats[row.Host].ContainsKey(row.User) && _desktops.GetValueOrDefault(row.Person, sid) == sid;
        Assert.Equal(done, await farm.Adoptions.ReseatAsync(Believed(sid, stale), "test"));
        if (!done) return;
        _seats[row!.Host][row.User] = _desktops[row.Person] = sid;
        _use[sid] = new PersonId(row.Person).Tenant.Value;
        _rows[sid] = row with { Changes = ++_changes };
        _events.Add("session-repaired");
    }

    public async Task RaiseAsync(int nth, long ahead, bool stale)
    {
        if (Known(nth) is not { } sid) return;
        var (believed, row) = (Believed(sid, stale), _rows.GetValueOrDefault(sid));
        var far = ahead > DayAhead && MicrosNow + ahead > _counter;
        var fence = Math.Max(1, ahead > DayAhead ? MicrosNow + ahead : believed.Fence.Value + ahead);
        var done = row is not null && !stale && fence > row.Fence && !far;
        Assert.Equal(done, await farm.Adoptions.RaiseAsync(believed, new Fence(fence), "test"));
        if (!done) return;
        _counter = Math.Max(_counter, fence);
        _rows[sid] = row! with { Fence = fence, Redeemed = fence, Changes = ++_changes };
        _events.Add("session-repaired");
    }

    /// <summary>Somebody thinks that a seat is nobody's: the one that holds it, or another that held it before.</summary>
    public async Task FreeAsync(string user, string host, int? other)
    {
        var sid = other is { } nth ? Known(nth) : _seats[host].GetValueOrDefault(user);
        if (sid is null) return;
        var over = !_rows.TryGetValue(sid, out var row) || row.IsFinal;
        var done = (over || (row!.User, row.Host) != (user, host)) && _seats[host].GetValueOrDefault(user) == sid;
        Assert.Equal(done, await farm.Adoptions.FreeAsync(new HostId(host), new SeatRow(user, new SessionId(sid), row is null ? null : Believed(sid, stale: false)), _pools, "test"));
        if (!done) return;
        _seats[host].Remove(user);
        if (over) _use.Remove(sid);
        _events.Add("session-seat-freed");
    }

    public async Task ForgetAsync(string user, int? other)
    {
        var person = $"drancy/{user}";
        var sid = other is { } nth ? Known(nth) : _desktops.GetValueOrDefault(person);
        if (sid is null) return;
        await farm.Adoptions.ForgetAsync(new PersonId(person), LedgerFarm.Office, new SessionId(sid), "test");
        var over = !_rows.TryGetValue(sid, out var row) || row.IsFinal;
        if ((!over && row!.Person == person) || _desktops.GetValueOrDefault(person) != sid) return;
        _desktops.Remove(person);
        if (over) _use.Remove(sid);
        _events.Add("session-repaired");
    }

    public async Task DropAsync(int nth)
    {
        if (Known(nth) is not { } sid) return;
        var done = (!_rows.TryGetValue(sid, out var row) || row.IsFinal) && _use.Remove(sid);
        Assert.Equal(done, await farm.Adoptions.DropAsync(new SessionId(sid), LedgerFarm.Office, "test"));
        if (done) _events.Add("session-repaired");
    }

    public async Task FinishAsync(int nth, SessionPhase phase, bool stale)
    {
        if (Known(nth) is not { } sid) return;
        var done = !stale && _rows.TryGetValue(sid, out var row) && SessionLife.Before(phase).Contains(row.Phase);
        Assert.Equal(done, await farm.Ledger.CorrectAsync(new Correction(Believed(sid, stale), phase, "test")));
        if (done) End(sid, phase, isRelease: true);
    }

    /// <summary>Something of a session is gone from the store, by no script.</summary>
    public async Task LoseAsync(int nth, bool isRow, bool isSeat, bool isDesktop)
    {
        if (Known(nth) is not { } sid) return;
        var believed = Believed(sid, stale: false);
        if (isRow)
        {
            await farm.Store.RunAsync("lose", db => db.KeyDeleteAsync(farm.Keys.Session(believed.Id)));
            _rows.Remove(sid);
        }
        if (isSeat)
        {
            await farm.Store.RunAsync("lose", db => db.HashDeleteAsync(farm.Keys.Seats(believed.Host), believed.User));
            _seats[believed.Host.Value].Remove(believed.User);
        }
        if (!isDesktop) return;
        await farm.Store.RunAsync("lose", db => db.HashDeleteAsync(farm.Keys.Desktops(believed.Person), LedgerFarm.Office.Value));
        _desktops.Remove(believed.Person.Value);
    }

    /// <summary>All that the store has is what the model says.</summary>
    public async Task AgreesAsync()
    {
        foreach (var sid in _ids)
        {
            var stored = await farm.Sessions.FindAsync(new SessionId(sid));
            var row = _rows.GetValueOrDefault(sid);
            Assert.Equal(row, stored is null ? null : new Row(stored.Person.Value, stored.User, stored.Host.Value, stored.Phase, stored.Fence.Value, stored.Redeemed.Value, row?.Changes ?? 0));
            if (stored is null) continue;
            // A revision names one content of the row: it grows when that has changed, and then only.
            var (changes, revision) = _revisions.GetValueOrDefault(sid);
            Assert.Equal((row!.Changes > changes, row.Changes == changes), (stored.Revision > revision, stored.Revision == revision));
            _revisions[sid] = (row.Changes, stored.Revision);
            _lastRead[sid] = stored;
            // What is over is forgotten one day, what runs never.
            Assert.Equal(stored.IsFinal, await farm.Store.RunAsync("life", db => db.KeyTimeToLiveAsync(farm.Keys.Session(stored.Id))) is not null);
        }
        foreach (var (host, held) in await farm.SeatsAsync()) Assert.Equal(_seats[host], held.OrderBy(one => one.Key, StringComparer.Ordinal));
        foreach (var person in _lastRead.Values.Select(session => session.Person).Distinct())
            Assert.Equal(_desktops.GetValueOrDefault(person.Value), (string?)await farm.Store.RunAsync("look", db => db.HashGetAsync(farm.Keys.Desktops(person), LedgerFarm.Office.Value)));
        Assert.Equal(_use, await HashAsync(farm.Keys.Use(LedgerFarm.Office)));
        var shares = _use.Values.CountBy(tenant => tenant).Append(new("*", _use.Count)).Where(share => share.Value > 0).ToDictionary(share => share.Key, share => share.Value.ToString(CultureInfo.InvariantCulture));
        Assert.Equal(new SortedDictionary<string, string>(shares, StringComparer.Ordinal), new((await HashAsync(farm.Keys.Shares(LedgerFarm.Office))).Where(share => share.Value != "0").ToDictionary(), StringComparer.Ordinal));
        foreach (var user in Users) Assert.Equal(_owners.GetValueOrDefault(user), (string?)await farm.Store.RunAsync("look", db => db.StringGetAsync(farm.Keys.Account(user))));
        Assert.Equal(_assigned, await HashAsync(farm.Keys.Assignments(LedgerFarm.Office)));
        Assert.Equal(_counter, (long)await farm.Store.RunAsync("look", db => db.StringGetAsync(farm.Keys.Counter)));
        Assert.Equal(_releases, await farm.Store.RunAsync("look", db => db.ListLengthAsync(farm.Keys.Releases(LedgerFarm.Office))));
        Assert.Equal(_events, (await farm.EventsAsync()).Select(one => one["kind"]));
    }

    /// <summary>All that can be repaired is repaired: then what runs, what is seated and what is counted are the same.</summary>
    public async Task SettleAsync()
    {
        foreach (var (host, user) in _seats.SelectMany(host => host.Value.Keys.Select(user => (host.Key, user))).ToList()) await FreeAsync(user, host, null);
        foreach (var person in _desktops.Keys.Where(person => person.StartsWith("drancy/", StringComparison.Ordinal)).ToList()) await ForgetAsync(person["drancy/".Length..], null);
        for (var nth = 0; nth < _ids.Count; nth++) await ReseatAsync(nth, stale: false);
        // What cannot be seated again has given its place to another.
        foreach (var (sid, row) in _rows.Where(one => !one.Value.IsFinal && _seats[one.Value.Host].GetValueOrDefault(one.Value.User) != one.Key).ToList()) await FinishAsync(_ids.IndexOf(sid), SessionPhase.Lost, stale: false);
        for (var nth = 0; nth < _ids.Count; nth++) await DropAsync(nth);
        await AgreesAsync();
        var runs = _rows.Where(one => !one.Value.IsFinal).Select(one => one.Key).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(runs, _seats.Values.SelectMany(held => held.Values).Order(StringComparer.Ordinal));
        Assert.Equal(runs, _use.Keys);
    }

    private static long MicrosNow => (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private string? Known(int nth) => _ids.Count == 0 ? null : _ids[nth % _ids.Count];

    // As a broker read it: before something was lost, or before it changed.
    private Session Believed(string sid, bool stale) => _lastRead[sid] with { Revision = _lastRead[sid].Revision - (stale ? 1 : 0) };

    private void End(string sid, SessionPhase phase, bool isRelease, (string User, string Person)? of = null)
    {
        var row = _rows[sid];
        var (user, person) = of ?? (row.User, row.Person);
        _rows[sid] = row with { Phase = phase, Changes = ++_changes };
        _use.Remove(sid);
        if (_seats[row.Host].GetValueOrDefault(user) == sid && _seats[row.Host].Remove(user) && isRelease) _releases++;
        if (_desktops.GetValueOrDefault(person) == sid) _desktops.Remove(person);
        _events.Add($"session-{phase.ToString().ToLowerInvariant()}");
    }

    private async Task<SortedDictionary<string, string>> HashAsync(RedisKey key) =>
        new((await farm.Store.RunAsync("look", db => db.HashGetAllAsync(key))).ToDictionary(one => one.Name.ToString(), one => one.Value.ToString()), StringComparer.Ordinal);
}
