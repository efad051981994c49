using VdiBroker.City.Brokers;
using VdiBroker.City.Hosts;
using VdiBroker.City.Processes;

namespace VdiBroker.City;

/// <summary>What a city is made of. Every address is picked at random from one free block of loopback.</summary>
/// <param name="Name">Name in the certificates.</param>
/// <param name="Network">Its addresses.</param>
/// <param name="Hosts">Session hosts; the last one is the housing office's, the others are the towns'.</param>
/// <param name="Stations">Names of the stations.</param>
public sealed record CityPlan(string Name, Loopback Network, IReadOnlyList<BladePlan> Hosts, IReadOnlyList<string> Stations)
{
    /// <summary>X display for stations that are windows; null = virtual screens.</summary>
    public string? Display { get; init; }

    /// <summary>PCs that are not migrated yet: machines of the pool <c>mon-pc</c>.</summary>
    public IReadOnlyList<BladePlan> Pcs { get; init; } = [];

    /// <summary>It has pools beside the demo's whose desktops end soon, or are closed.</summary>
    public bool EndsSoon { get; init; }

    /// <summary>What its store is made of.</summary>
    public StoreShape Store { get; init; }

    /// <summary>Whom the broker tells of itself: the section <c>telemetry</c> of its file, JSON; null = nobody.</summary>
    public string? Telemetry { get; init; }

    /// <summary>How often an agent reports when nothing changes.</summary>
    public TimeSpan ReportEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Without a report for so long a host is held for dead.</summary>
    public TimeSpan DeadAfter { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>The demo's: three session hosts, a trainee's PC, two stations. The housing office's host has <paramref name="habitatSeats"/> seats.</summary>
    public static CityPlan Demo(int habitatSeats = 2)
    {
        var network = Loopback.Pick();
        return new CityPlan("seine-est", network,
            [new("blade1", network.Address(31), 20), new("blade2", network.Address(32), 20), new("blade3", network.Address(33), habitatSeats)],
            ["station-a", "station-b"])
        {
            Pcs = [new("pc-theo", network.Address(41), 1) { PcOf = "theo.garcon" }],
        };
    }
}
