using Microsoft.Extensions.Logging;
using VdiBroker.Broker.Tests.Rpc;
using VdiBroker.Broker.Tests.Sessions;
using VdiBroker.Broker.Tests.Storage;
using VdiBroker.City.Processes;
using VdiBroker.Kernel;
using VdiBroker.Stations;
using VdiBroker.Storage;
using Xunit;

namespace VdiBroker.Broker.Tests.Stations;

/// <summary>Brokers' books of one farm on a real Redis, each with a state folder of its own.</summary>
public abstract class StationBookRun : IAsyncLifetime
{
    private protected static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);
    private protected static readonly StationId _station = new("guichet-3");
    private protected readonly string _folder = System.IO.Directory.CreateTempSubdirectory("vdi-book-").FullName;
    private protected readonly KeySpace _keys = LedgerFarm.NextKeys();
    private protected readonly KeptLines<StationBook> _log = new();
    private protected readonly KeptLines<KeptStandings> _keptLog = new();
    private protected readonly RedisFixture _redis;
    private protected readonly StandingStore _store;
    private readonly FarmEvents _events;

    private protected StationBookRun(RedisFixture redis) => (_redis, _store, _events) = (redis, new StandingStore(redis.Store, _keys), new FarmEvents(redis.Store, _keys));

    private protected (int Id, LogLevel Level)[] Said => [.. _log.Lines.Select(line => (line.Id, line.Level))];

    public Task InitializeAsync() => _events.StartAsync(default);

    public async Task DisposeAsync()
    {
        await _events.StopAsync(default);
        _events.Dispose();
        System.IO.Directory.Delete(_folder, recursive: true);
    }

    private protected async Task DecideAsync(Func<StationStanding, StationStanding> change, StationId? station = null) => await _store.DecideAsync(station ?? _station, (known, at) =>
        new StandingChange(change(known ?? new StationStanding(station ?? _station, Revoked: false, at)), "station-admitted", "anne", ""));

    private protected static Task KnowsAsync(StationBook book, string certificate) =>
        Eventually.HoldsAsync($"known with {certificate}", _patience, async () => await book.RefusedAsync(_station, () => "none", default) is { } refused && refused.Certificate == certificate);

    private protected string FileOf(string broker) => Path.Combine(_folder, broker, $"stations-{_keys.Farm}.json");

    private protected string Kept(string broker) => File.Exists(FileOf(broker)) ? File.ReadAllText(FileOf(broker)) : "";

    private protected async Task<StationBook> OpenAsync(string broker)
    {
        var book = Book(broker);
        await book.StartAsync(default);
        return book;
    }

    private protected StationBook Book(string broker, TimeProvider? time = null) => new(_store, KeptOf(broker, time), new StationHomes(), _events, time ?? TimeProvider.System, _log);

    private protected KeptStandings KeptOf(string broker, TimeProvider? time = null) => new(_keys, new StateFolder(Path.Combine(_folder, broker)), time ?? TimeProvider.System, _keptLog);
}
