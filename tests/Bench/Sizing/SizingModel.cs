namespace VdiBroker.Bench.Sizing;

/// <summary>A morning to be survived.</summary>
/// <param name="Stations">Thin stations; each is connected to a broker.</param>
/// <param name="Share">Of them, those at which somebody signs in within <paramref name="Within"/>.</param>
/// <param name="Within">The length of the rush.</param>
internal sealed record Morning(int Stations, double Share, TimeSpan Within)
{
    /// <summary>Two of three within ten minutes: every office begins at 8:30.</summary>
    public static Morning Of(int stations) => new(stations, 2.0 / 3, TimeSpan.FromMinutes(10));

    /// <summary>Sign-ins a second, on average over the rush.</summary>
    public double PerSecond => Sessions / Within.TotalSeconds;

    /// <summary>Desktops that run at its end.</summary>
    public double Sessions => Stations * Share;
}

/// <summary>What it takes.</summary>
/// <param name="Brokers">Machines with <see cref="SizingModel.CoresOfBroker"/> cores, the spare one included.</param>
/// <param name="BrokerGib">Memory of each.</param>
/// <param name="Shards">Masters of the Redis Cluster; each has a replica.</param>
/// <param name="ShardGib">Memory of each, room for a copy while saving included.</param>
/// <param name="Directories">Directory servers with <see cref="SizingModel.CoresOfDirectory"/> cores, the spare one included.</param>
/// <param name="Farms">At least so many farms: one farm's keys are on one shard.</param>
internal sealed record Sized(int Brokers, double BrokerGib, int Shards, double ShardGib, int Directories, int Farms)
{
    /// <summary>All cores: a core for each master and each replica.</summary>
    public int Cores => (Brokers * SizingModel.CoresOfBroker) + (2 * Shards) + (Directories * SizingModel.CoresOfDirectory);

    /// <summary>All memory, directories left out: they are there already.</summary>
    public double Gib => (Brokers * BrokerGib) + (2 * Shards * ShardGib);
}

/// <summary>
/// From costs to machines. Work by the second, divided by what a machine does of it when it is half busy: then a queue in front of it stays short, and the loss of a machine leaves room. One machine more than that of
/// brokers and directories; a replica for each shard.
/// </summary>
internal static class SizingModel
{
    /// <summary>Of a broker's machine.</summary>
    public const int CoresOfBroker = 4;

    /// <summary>Of a directory's server.</summary>
    public const int CoresOfDirectory = 4;

    /// <summary>A machine is no busier than this in the rush.</summary>
    public const double Busy = 0.5;

    /// <summary>Seconds between two reports of a host (<c>health.report_every</c>), as shipped.</summary>
    public const double ReportEverySeconds = 1;

    // A file each: 65,536 by the unit (LimitNOFILE), with room. More than 20,000 could not be tried here.
    private const int StationsOfBroker = 50_000;
    private const double KibOfGib = 1 << 20;

    // After the loss of a broker its stations come back over this time (their back-off).
    private const double BackWithinSeconds = 45;

    /// <summary>What a morning takes.</summary>
    public static Sized Size(Morning morning, MeasuredCosts costs)
    {
        var rate = morning.PerSecond;
        // The rush is at its end while all desktops of the morning run.
        var brokerMs = (rate * costs.BrokerCpuMs) + StandingMs(morning, costs);
        var redisMs = (rate * costs.RedisCpuMs) + RedisStandingMs(morning, costs);
        var brokers = Math.Max((int)Math.Ceiling(Math.Max(brokerMs / 1000 / (CoresOfBroker * Busy), (double)morning.Stations / StationsOfBroker)), 1) + 1;
        // The others take the handshakes of a lost one's stations beside the rush, and are not full.
        while ((brokerMs + (morning.Stations / (double)brokers / BackWithinSeconds * costs.HandshakeCpuMs)) / 1000 > (brokers - 1) * CoresOfBroker * 0.8) brokers++;
        var shards = Math.Max((int)Math.Ceiling(redisMs / 1000 / Busy), 1);
        // A Cluster has three masters at least; one master under Sentinel will do for a single shard.
        if (shards > 1) shards = Math.Max(shards, 3);
        var directories = Math.Max((int)Math.Ceiling(rate * costs.DirectoryCpuMs / 1000 / (CoresOfDirectory * Busy)), 1) + 1;
        var brokerGib = Math.Max(1, (costs.BrokerIdleMib / 1024) + (morning.Stations / (double)(brokers - 1) * costs.KibPerStation / KibOfGib));
        var shardGib = Math.Max(1, 2 * morning.Stations * costs.RedisKibPerPerson / KibOfGib / shards);
        // Farms fall on shards by their names' hashes: with eight for each no shard has far more than its part.
        return new Sized(brokers, brokerGib, shards, shardGib, directories, shards == 1 ? 1 : 8 * shards);
    }

    /// <summary>Milliseconds of the brokers' CPU in each second that nobody's coming costs: hosts that report their sessions, stations that ping.</summary>
    public static double StandingMs(Morning morning, MeasuredCosts costs) => (morning.Sessions / ReportEverySeconds * costs.BrokerMsPerSession) + (morning.Stations * costs.BrokerMsPerStation);

    /// <summary>The same of Redis: hosts that report their sessions.</summary>
    public static double RedisStandingMs(Morning morning, MeasuredCosts costs) => morning.Sessions / ReportEverySeconds * costs.RedisMsPerSession;
}
