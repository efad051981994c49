using System.Collections.Immutable;

namespace VdiBroker.Race.Faults;

/// <summary>
/// Draws the schedule of faults, from the seed and the sizes alone. Storms alternate with calm: in a storm faults overlap, in the calm after it everything must be as ever.
/// </summary>
internal static class FaultSchedule
{
    /// <summary>A storm and its calm.</summary>
    public static readonly TimeSpan Round = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Storm = TimeSpan.FromSeconds(20);

    private const int Tries = 4;

    // Out of a hundred.
    private static readonly (FaultKind Kind, int Weight, double Least, double Most)[] Kinds =
    [
        (FaultKind.BrokerKill, 18, 0.5, 4), (FaultKind.BrokerPause, 18, 0.5, 7),
        (FaultKind.StoreKill, 9, 0.3, 3), (FaultKind.StorePause, 11, 0.5, 6),
        (FaultKind.AgentKill, 14, 0.3, 4), (FaultKind.AgentPause, 16, 0.5, 8), (FaultKind.HostCrash, 14, 0.5, 8),
    ];

    /// <summary>Draws it.</summary>
    /// <param name="seed">The same seed, the same schedule.</param>
    /// <param name="length">Of the race proper.</param>
    /// <param name="brokers">How many brokers.</param>
    /// <param name="hosts">How many hosts.</param>
    public static ImmutableArray<PlannedFault> Draw(int seed, TimeSpan length, int brokers, int hosts)
    {
        var draw = new Random(seed);
        var faults = new List<PlannedFault>();
        for (var round = TimeSpan.Zero; round < length; round += Round)
        {
            var end = round + Quiet + Storm < length ? round + Quiet + Storm : length;
            for (var at = round + Quiet; at < end; at += TimeSpan.FromSeconds(0.5 + (draw.NextDouble() * 2.5)))
            {
                var fault = Enumerable.Range(0, Tries).Select(_ => Next(draw, at, brokers, hosts)).FirstOrDefault(one => !Collides(faults, one, brokers));
                if (fault is not null) faults.Add(fault);
            }
        }
        return [.. faults];
    }

    /// <summary>Nothing but upgrades, from the first quiet time on.</summary>
    public static ImmutableArray<PlannedFault> Rolling(TimeSpan length) => [new(Quiet, FaultKind.Upgrade, 0, length - Quiet)];

    private static PlannedFault Next(Random draw, TimeSpan at, int brokers, int hosts)
    {
        var lot = draw.Next(Kinds.Sum(one => one.Weight));
        var (kind, _, least, most) = Kinds.First(one => (lot -= one.Weight) < 0);
        var target = draw.Next(kind switch
        {
            FaultKind.BrokerKill or FaultKind.BrokerPause => brokers,
            FaultKind.StoreKill or FaultKind.StorePause => 1,
            _ => hosts,
        });
        // Most are short, a few long.
        return new PlannedFault(at, kind, target, TimeSpan.FromSeconds(Math.Round(least + ((most - least) * Math.Pow(draw.NextDouble(), 1.5)), 1)));
    }

    // One fault at a time for each part; always one broker that runs, and no second crash of a host at the same time.
    private static bool Collides(List<PlannedFault> faults, PlannedFault fault, int brokers)
    {
        var margin = TimeSpan.FromSeconds(2);
        var near = faults.Where(other => other.Until + margin > fault.At).ToList();
        return near.Any(other => Part(other) == Part(fault) && other.Target == fault.Target)
            || (Part(fault) == 'b' && near.Count(other => Part(other) == 'b') >= brokers - 1)
            || (fault.Kind == FaultKind.HostCrash && near.Any(other => other.Kind == FaultKind.HostCrash));
    }

    private static char Part(PlannedFault fault) => fault.Kind switch
    {
        FaultKind.BrokerKill or FaultKind.BrokerPause => 'b',
        FaultKind.StoreKill or FaultKind.StorePause => 's',
        _ => 'h',
    };
}
