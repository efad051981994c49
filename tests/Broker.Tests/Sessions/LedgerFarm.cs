using System.Collections.Frozen;
using System.Collections.Immutable;
using StackExchange.Redis;
using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Pools;
using VdiBroker.Sessions;
using VdiBroker.Storage;

namespace VdiBroker.Broker.Tests.Sessions;

/// <summary>A fresh farm on the real Redis, with the broker's own stores over it.</summary>
internal sealed class LedgerFarm
{
    public static readonly PoolId Office = new("bureau");
    public static readonly TenantId Town = new("drancy");
    private static long _farms;

    public LedgerFarm(RedisStore store, params int[] seats)
        : this(store, NextKeys(), seats)
    {
    }

    /// <summary>On a Cluster, where the store is one farm's.</summary>
    public LedgerFarm(RedisStore store, KeySpace keys, params int[] seats)
    {
        Store = store;
        Keys = keys;
        var hosts = seats.Select((s, i) => new SessionHost(new HostId($"blade{i}"), "127.0.0.1", 3389 + i, s)).ToImmutableArray();
        Pool = new Pool(Office, "Bureau", "Desktop", [.. hosts.Select(h => h.Id)]);
        Catalogue = new HostCatalogue(hosts.ToFrozenDictionary(h => h.Id), HealthThresholds.Default);
        Board = new HostBoard(store, Keys);
        SignIns = new SignInStore(store, Keys);
        Sessions = new SessionStore(store, Keys, Board, Catalogue);
        Ledger = new SeatLedger(store, Keys);
        Queue = new QueueStore(store, Keys);
        Adoptions = new AdoptionLedger(store, Keys);
    }

    /// <summary>The keys of a farm that nobody has used.</summary>
    public static KeySpace NextKeys() => new($"test{Interlocked.Increment(ref _farms)}");

    public RedisStore Store { get; }

    public KeySpace Keys { get; }

    /// <summary>A test may give it rules of its own.</summary>
    public Pool Pool { get; set; }

    public HostCatalogue Catalogue { get; }

    public HostBoard Board { get; }

    public SignInStore SignIns { get; }

    public SessionStore Sessions { get; }

    public SeatLedger Ledger { get; }

    public QueueStore Queue { get; }

    public AdoptionLedger Adoptions { get; }

    /// <summary>Every host reports, with these accounts' sessions on it.</summary>
    public Task ReportAsync(string host, params ObservedSession[] seen) => ReportAsync(host, "boot", seen);

    /// <summary>The same under another boot of the host.</summary>
    public async Task ReportAsync(string host, string boot, params ObservedSession[] seen)
    {
        // The store of a test is old: hosts that it does not know were never there.
        await Store.RunAsync("began", db => db.StringSetAsync(Keys.Began, 1));
        await Board.AttachAsync(new HostId(host), "link");
        await Board.WriteAsync(new HostId(host), "link", new HostReading(boot, new string('0', 64), 0.1, 0.1, [.. seen]), ReadBefore.Nothing.Read);
    }

    /// <summary>A host reports that it is as it was, and its seats are read with what was read of it before, as the broker does at each report.</summary>
    public async Task<ReadBefore> SeatsAfterReportAsync(HostId host, ReadBefore known, string boot = "boot")
    {
        var written = await Board.WriteAsync(host, "link", new HostReading(boot, new string('0', 64), 0.1, 0.1, []), known.Read);
        var rows = await Sessions.SeatsOfAsync(written!, known);
        return new ReadBefore(written!.Digest, rows);
    }

    /// <summary>The host's last report is an hour old.</summary>
    public Task FallSilentAsync(string host) =>
        Store.RunAsync("silence", db => db.HashSetAsync(Keys.Board(new HostId(host)), "seen", DateTimeOffset.UtcNow.AddHours(-1).ToUnixTimeMilliseconds()));

    /// <summary>Every host reports; none carries anybody.</summary>
    public async Task ReportAllAsync()
    {
        foreach (var host in Pool.Hosts) await ReportAsync(host.Value);
    }

    public async Task<(SignIn SignIn, string Secret)> SignInAsync(string user, string station, string tenant = "drancy")
    {
        var wanted = new SignIn(0, new PersonId($"{tenant}/{user}"), user, new StationId(station), [Office], new StationSettings("fr", "fr", 0, 0), Closed: false);
        var (secret, serial) = (await SignIns.BeginAsync(wanted, $"agglo/{tenant}")).GetValueOrDefault();
        return (wanted with { Serial = serial }, secret.Text);
    }

    /// <summary>Loads, decides, commits, once.</summary>
    public async Task<Claim?> TryOpenAsync((SignIn SignIn, string Secret) who, uint draw = 0, bool turn = false)
    {
        var state = await Sessions.LoadAsync(who.SignIn.Person, who.SignIn.User, Pool);
        return Opening.Decide(state, new OpeningWish(who.SignIn.User, who.SignIn.Person.Tenant, who.SignIn.Serial), draw) switch
        {
            OpeningDecision.Resume resume => await Ledger.ResumeAsync(who.SignIn, new Presented(who.Secret), resume.Session),
            OpeningDecision.Place place => await Ledger.PlaceAsync(who.SignIn, new Presented(who.Secret), Pool, place, turn),
            _ => null,
        };
    }

    /// <summary>Time passes over a claim's lease.</summary>
    public Task LapseAsync(SessionId session) => Store.RunAsync("lapse", db => db.HashSetAsync(Keys.Session(session), "lease", 1));

    /// <summary>Presents a ticket, as a host's agent does.</summary>
    public async Task<TicketVerdict> PresentAsync(string ticket, string user, string host = "blade0", string attempt = "")
    {
        var digest = SecretDigest.Of(ticket);
        var (known, session, now) = await Sessions.FindTicketAsync(digest);
        var presentation = new Presentation(new HostId(host), user, attempt);
        return known is null ? TicketVerdict.Unknown : await Ledger.RedeemAsync(digest, known, Tickets.Judge(known, session, user, presentation.Host, now), presentation);
    }

    /// <summary>The seats of every host as the store has them: host → account → session.</summary>
    public async Task<Dictionary<string, Dictionary<string, string>>> SeatsAsync()
    {
        var all = new Dictionary<string, Dictionary<string, string>>();
        foreach (var host in Pool.Hosts)
            all[host.Value] = (await Store.RunAsync("seats", db => db.HashGetAllAsync(Keys.Seats(host)))).ToDictionary(e => e.Name.ToString(), e => e.Value.ToString());
        return all;
    }

    /// <summary>The events so far, oldest first.</summary>
    public async Task<List<Dictionary<string, string>>> EventsAsync() =>
        [.. (await Store.RunAsync("events", db => db.StreamRangeAsync(Keys.Events))).Select(e => e.Values.ToDictionary(v => v.Name.ToString(), v => v.Value.ToString()))];
}
