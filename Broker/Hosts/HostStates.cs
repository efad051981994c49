using System.Collections.Immutable;
using VdiBroker.Storage;

namespace VdiBroker.Hosts;

/// <summary>A host as an operator sees it.</summary>
/// <param name="Host">What was declared.</param>
/// <param name="Health">By its agent's last report alone: an operator's command has not heard agents itself.</param>
/// <param name="Seen">That report; null = none.</param>
/// <param name="Taken">Seats that the ledger holds there.</param>
/// <param name="Now">The store's time.</param>
internal sealed record HostState(SessionHost Host, HostHealth Health, HostObservation? Seen, int Taken, DateTimeOffset Now)
{
    /// <summary>The sessions of that report.</summary>
    public SessionTally Tally { get; init; } = SessionTally.None;

    /// <summary>Its drain, planned or under way; null = none.</summary>
    public HostDrain? Drain { get; init; }

    /// <summary>It takes nobody, by an operator's drain.</summary>
    public bool IsDraining => Drain?.Holds(Now) == true;

    /// <summary>It is drained and nobody has a seat there: whether its agent reports concerns nobody, it may be off.</summary>
    public bool IsOutOfService => IsDraining && Taken == 0;
}

/// <summary>Reads what all hosts are doing, for operators.</summary>
internal sealed class HostStates(RedisStore store, KeySpace keys, HostCatalogue hosts)
{
    private readonly HostBoard _board = new(store, keys);

    /// <summary>Every host, by name; outages of the store come as <see cref="StoreOutOfReachException"/>.</summary>
    public Task<ImmutableArray<HostState>> AllAsync() => store.RunAsync<ImmutableArray<HostState>>("read hosts", async db =>
    {
        var (clock, drains) = (await StoreClock.ReadAsync(db, keys), await DrainBook.ReadAsync(db, keys));
        SessionHost[] all = [.. hosts.Hosts.Values.OrderBy(host => host.Id.Value, StringComparer.Ordinal)];
        return [.. all.Zip(await _board.LookAsync(db, all.Select(host => host.Id), tallies: true), (host, row) => new HostState(
            host, HostJudgement.Judge(row.Seen?.Voice, hosts.Thresholds, clock.Now, TimeSpan.MaxValue, clock.Age), row.Seen, row.Seats.Held, clock.Now)
        {
            Tally = row.Tally,
            Drain = drains.GetValueOrDefault(host.Id) is { } drain && !drain.IsOver(clock.Now) ? drain : null,
        })];
    });
}
