using System.Collections.Immutable;
using System.Globalization;
using BenchmarkDotNet.Attributes;
using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Pools;
using VdiBroker.Rpc;
using VdiBroker.Sessions;

namespace VdiBroker.Bench.Decide;

/// <summary>The pure core, on farms of several sizes: hosts of 50 seats that are half full.</summary>
public class CoreBenchmarks
{
    private const int Seats = 50;
    private static readonly DateTimeOffset _noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private readonly AdmissionRule _rule = new(16, 256, TimeSpan.FromSeconds(30));
    private static readonly ImmutableDictionary<TenantId, int> _use = ImmutableDictionary<TenantId, int>.Empty.Add(new TenantId("t0"), 4);
    private static readonly Dictionary<HostId, int> _free = new() { [new HostId("h0000")] = 3 };
    private ImmutableArray<HostChoice> _hosts = [];
    private ImmutableArray<Waiter> _waiters = [];
    private uint _draw;

    [Params(10, 100, 1000)]
    public int Hosts { get; set; }

    [GlobalSetup]
    public void Fill()
    {
        _hosts = [.. Enumerable.Range(0, Hosts).Select(Half)];
        _waiters = [.. Enumerable.Range(0, Hosts).Select(number => new Waiter(new PersonId(string.Create(CultureInfo.InvariantCulture, $"t{number % 10}/p{number}")), new TenantId($"t{number % 10}"), number, _noon, null))];
    }

    [Benchmark(Description = "us: ranking all hosts of a pool")]
    public object Placement() => VdiBroker.Pools.Placement.Rank(_hosts, "amelie.durand", new TenantId("drancy"), _draw++);

    [Benchmark(Description = "us: deciding about an opening of somebody who has no desktop")]
    public object Opening() => VdiBroker.Sessions.Opening.Decide(new OpeningState(null, null, _hosts), new OpeningWish("amelie.durand", new TenantId("drancy"), 1), _draw++);

    [Benchmark(Description = "us: the order of a queue, as many waiting as the number says, of ten tenants")]
    public object Queue() => WaitingQueue.Stand(_waiters, Shares.None, _use, _free);

    [Benchmark(Description = "us: deciding at the gate")]
    public object Admission() => _rule.Decide(new Crowding(64, 64, (int)(_draw++ % 500), TimeSpan.FromMilliseconds(200), TimeSpan.Zero), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), 0.5);

    private static HostChoice Half(int number) => new(
        new SessionHost(new HostId(string.Create(CultureInfo.InvariantCulture, $"h{number:0000}")), "127.0.0.1", 3389, Seats), HostHealth.Live,
        new HostObservation(_noon, null, "boot", "00", 0.5, 0.5), SeatCount.None with { Held = Seats / 2, Shown = Seats / 2 });
}
