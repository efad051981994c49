using System.Collections.Immutable;

namespace VdiBroker.Bench.Ladder;

/// <summary>What one size of the work came to: middles of its rounds.</summary>
/// <param name="Name">Axis and size, as in the report: <c>hosts1000</c>.</param>
/// <param name="Load">Load of the machine when it began.</param>
internal sealed record Rung(string Name, double Load)
{
    /// <summary>From a sign-in's call to the broker's answer who they are, ms, with one in flight: the middle of those who were there before.</summary>
    public double SignInMs { get; init; }

    /// <summary>The same of those who come for the first time: nothing is known of them or their groups.</summary>
    public double FirstSignInMs { get; init; }

    /// <summary>From then until there is a desktop, for who has none; ms, with one in flight, the middle.</summary>
    public double OpenMs { get; init; }

    /// <summary>The same for who has one: it is found again.</summary>
    public double AgainMs { get; init; }

    /// <summary>The same for who has none and comes after 2 s in which nobody came.</summary>
    public double CalmMs { get; init; }

    /// <summary>The longest whole sign-in of all rounds, ms.</summary>
    public double LongestMs { get; init; }

    /// <summary>Whole sign-ins a second with many in flight.</summary>
    public double PerSecond { get; init; }

    /// <summary>CPU of the broker for each of them, ms, without what it costs when nobody comes.</summary>
    public double BrokerCpuMs { get; init; }

    /// <summary>Of Redis.</summary>
    public double RedisCpuMs { get; init; }

    /// <summary>Of the directory.</summary>
    public double DirectoryCpuMs { get; init; }

    /// <summary>CPU of the broker when nobody comes, percent of a core.</summary>
    public double IdleBrokerPercent { get; init; }

    /// <summary>Of Redis.</summary>
    public double IdleRedisPercent { get; init; }

    /// <summary>Resident memory of the broker at the end, MiB.</summary>
    public double BrokerMib { get; init; }

    /// <summary>Held twice, over all rounds.</summary>
    public int DoubleHeld { get; init; }

    /// <summary>What failed, over all rounds.</summary>
    public ImmutableDictionary<string, int> Failures { get; init; } = ImmutableDictionary<string, int>.Empty;

    /// <summary>Adds its figures.</summary>
    public void Tell(Report report)
    {
        report.Add($"{Name}SignInMs", SignInMs, "ms until the broker knows who somebody is, one in flight, who came before");
        report.Add($"{Name}FirstSignInMs", FirstSignInMs, "the same for who never came, many in flight");
        report.Add($"{Name}OpenMs", OpenMs, "ms from then until they have a new desktop, one in flight");
        report.Add($"{Name}AgainMs", AgainMs, "the same where they have one already");
        report.Add($"{Name}CalmMs", CalmMs, "the same for a new one after 2 s in which nobody came");
        report.Add($"{Name}LongestMs", LongestMs, "ms: the longest whole sign-in of all rounds");
        report.Add($"{Name}PerSecond", PerSecond, "whole sign-ins/s, many in flight");
        report.Add($"{Name}BrokerCpuMs", BrokerCpuMs, "ms of the broker's CPU for each, without the idle part");
        report.Add($"{Name}RedisCpuMs", RedisCpuMs, "Redis, the same way");
        report.Add($"{Name}DirectoryCpuMs", DirectoryCpuMs, "slapd");
        report.Add($"{Name}IdleBrokerPercent", IdleBrokerPercent, "% of a core when nobody comes: the broker");
        report.Add($"{Name}IdleRedisPercent", IdleRedisPercent, "Redis");
        report.Add($"{Name}BrokerMib", BrokerMib, "MiB resident at the end");
        report.Add($"{Name}Load", Load, "load of the machine (1 min) when it began");
    }
}
