using System.Text;

namespace VdiBroker.Bench.Sizing;

/// <summary>How a simulated morning went.</summary>
/// <param name="Served">Sign-ins that came to their end.</param>
/// <param name="Lost">That did not.</param>
/// <param name="P99Ms">Without those that met a loss.</param>
/// <param name="LongestMs">Of all, losses included.</param>
/// <param name="BrokerBusy">Part of the brokers' time, spare one included.</param>
/// <param name="BusiestShard">Part of that shard's time.</param>
internal sealed record Simulated(int Served, int Lost, double P99Ms, double LongestMs, double BrokerBusy, double BusiestShard);

/// <summary>
/// The same morning, person by person: they come at random, each at a farm; a broker works on each, then a directory, then the shard that keeps the farm's keys (by Redis Cluster's own hash), all in the order in which
/// they come. A broker dies in the middle: what it was at begins anew elsewhere after the station's pause, its stations shake hands with the others. A shard is away for three seconds until its replica takes over.
/// </summary>
internal sealed class MorningSimulation
{
    private const double ShardAwaySeconds = 3;
    private const double NoticeSeconds = 2;
    private const double BackWithinSeconds = 45;

    // Where it were more, nothing would be left for anybody: the model must not have sized so, and the waits tell it.
    private const double MostStanding = 0.99;
    private readonly Random _random;
    private readonly Morning _morning;
    private readonly MeasuredCosts _costs;
    private readonly Station[] _brokers;
    private readonly Station[] _directories;
    private readonly Station[] _shards;
    private readonly int[] _shardOfFarm;
    private readonly double _standing;
    private readonly double _standingAfterLoss;

    public MorningSimulation(Morning morning, MeasuredCosts costs, Sized sized, int seed)
    {
        (_morning, _costs, _random) = (morning, costs, new Random(seed));
        _shardOfFarm = [.. Enumerable.Range(0, sized.Farms).Select(farm => Slot($"farm{farm}") * sized.Shards / 16384)];
        // All desktops of the morning run from its beginning: the reports of their hosts take their part of what there is, each farm's of its own shard, and all stations' pings. A lost broker's come to the others.
        static double Standing(double ms, int machines, int cores) => Math.Min(MostStanding, ms / 1000 / (machines * cores));
        var reportsMs = SizingModel.RedisStandingMs(morning, costs);
        _standing = Standing(SizingModel.StandingMs(morning, costs), sized.Brokers, SizingModel.CoresOfBroker);
        _standingAfterLoss = Standing(SizingModel.StandingMs(morning, costs), sized.Brokers - 1, SizingModel.CoresOfBroker);
        _brokers = [.. Enumerable.Range(0, sized.Brokers).Select(_ => new Station(SizingModel.CoresOfBroker, _standing))];
        _directories = [.. Enumerable.Range(0, sized.Directories).Select(_ => new Station(SizingModel.CoresOfDirectory, 0))];
        _shards = [.. Enumerable.Range(0, sized.Shards).Select(shard => new Station(1, Standing(reportsMs * _shardOfFarm.Count(of => of == shard) / sized.Farms, 1, 1)))];
    }

    /// <summary>Plays it.</summary>
    public Simulated Play()
    {
        var length = _morning.Within.TotalSeconds;
        var (deadAt, awayAt) = (length / 3, length * 2 / 3);
        var (took, calm) = (new List<double>(), new List<double>());
        var events = new PriorityQueue<Visit, double>();
        for (var at = Exponential(1 / _morning.PerSecond); at < length; at += Exponential(1 / _morning.PerSecond)) events.Enqueue(new Visit(at, _random.Next(_shardOfFarm.Length)), at);
        var coming = events.Count;
        // Its stations come back to the others over their back-off.
        for (var station = 0; station < _morning.Stations / _brokers.Length; station++)
        {
            var at = deadAt + (_random.NextDouble() * BackWithinSeconds);
            events.Enqueue(new Visit(at, 0) { Handshake = true }, at);
        }
        while (events.TryDequeue(out var visit, out var now))
        {
            switch (visit)
            {
                case { Handshake: true }:
                    Alive(now, deadAt).Serve(now, Exponential(_costs.HandshakeCpuMs / 1000));
                    break;
                case { Stage: 0 }:
                    var broker = Alive(now, deadAt);
                    var done = broker.Serve(now, Exponential(_costs.BrokerCpuMs / 1000));
                    if (broker == _brokers[0] && now < deadAt && done > deadAt) events.Enqueue(visit with { Met = true }, deadAt + NoticeSeconds);
                    else events.Enqueue(visit with { Stage = 1 }, done);
                    break;
                case { Stage: 1 }:
                    events.Enqueue(visit with { Stage = 2 }, Any(_directories).Serve(now, Exponential(_costs.DirectoryCpuMs / 1000)));
                    break;
                default:
                    var shard = _shardOfFarm[visit.Farm];
                    var met = shard == _shardOfFarm[0] && now >= awayAt && now < awayAt + ShardAwaySeconds;
                    // What meets it, and whoever waits behind that.
                    var shadow = shard == _shardOfFarm[0] && now >= awayAt && now < awayAt + (3 * ShardAwaySeconds);
                    var end = _shards[shard].Serve(met ? awayAt + ShardAwaySeconds : now, Exponential(_costs.RedisCpuMs / 1000));
                    took.Add(end - visit.Came);
                    if (!visit.Met && !shadow) calm.Add(end - visit.Came);
                    break;
            }
        }
        calm.Sort();
        double Busy(Station station) => station.Standing + (station.Worked / (station.Cores * length));
        return new Simulated(took.Count, coming - took.Count, calm.Count == 0 ? 0 : calm[(int)(calm.Count * 0.99)] * 1000, took.Count == 0 ? 0 : took.Max() * 1000,
            _brokers.Average(Busy), _shards.Max(Busy));
    }

    /// <summary>Redis Cluster's slot of a farm's hash tag: CRC16 (XMODEM) modulo 16,384.</summary>
    internal static int Slot(string farm)
    {
        var crc = 0;
        foreach (var octet in Encoding.ASCII.GetBytes(farm))
        {
            crc ^= octet << 8;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1;
            crc &= 0xFFFF;
        }
        return crc % 16384;
    }

    private Station Alive(double now, double deadAt)
    {
        var broker = _brokers[now < deadAt ? _random.Next(_brokers.Length) : 1 + _random.Next(_brokers.Length - 1)];
        broker.Standing = now < deadAt ? _standing : _standingAfterLoss;
        return broker;
    }

    private Station Any(Station[] stations) => stations[_random.Next(stations.Length)];

    private double Exponential(double mean) => -mean * Math.Log(1 - _random.NextDouble());

    private sealed record Visit(double Came, int Farm)
    {
        public int Stage { get; init; }

        public bool Met { get; init; }

        public bool Handshake { get; init; }
    }

    // Cores that take the next one in the order of coming, beside what stands.
    private sealed class Station(int cores, double standing)
    {
        private readonly double[] _freeAt = new double[cores];

        public int Cores => cores;

        /// <summary>The part of its cores that is taken by what stands.</summary>
        public double Standing { get; set; } = standing;

        public double Worked { get; private set; }

        public double Serve(double now, double work)
        {
            var core = Array.IndexOf(_freeAt, _freeAt.Min());
            Worked += work;
            return _freeAt[core] = Math.Max(now, _freeAt[core]) + (work / (1 - Standing));
        }
    }
}
