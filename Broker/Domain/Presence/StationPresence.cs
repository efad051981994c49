using System.Collections.Immutable;
using VdiBroker.Kernel;

namespace VdiBroker.Presence;

/// <summary>What goes on at a station, by its own word.</summary>
public enum StationActivity
{
    /// <summary>It has not said.</summary>
    Unknown,

    /// <summary>Nobody has signed in.</summary>
    Free,

    /// <summary>Somebody has signed in, or wants to, and has no desktop yet.</summary>
    Opening,

    /// <summary>A desktop is on the screen.</summary>
    Desktop,

    /// <summary>Somebody has locked it.</summary>
    Locked,
}

/// <summary>How a station is. All but name, times and broker is its own word.</summary>
/// <param name="Station">Its name.</param>
/// <param name="Attached">Its stream was there when this was written.</param>
/// <param name="Since">When it attached, or went; the store's clock.</param>
/// <param name="HeardAt">When it last said something.</param>
public sealed record StationPresence(StationId Station, bool Attached, DateTimeOffset Since, DateTimeOffset HeardAt)
{
    /// <summary>A station says something at least so often: whoever reads a row that is older, by as much again, cannot tell whether it is on.</summary>
    public static readonly TimeSpan ReportEvery = TimeSpan.FromMinutes(5);

    /// <summary>Of its shim.</summary>
    public string Version { get; init; } = "";

    /// <summary>Maker and model; empty = not known.</summary>
    public string Model { get; init; } = "";

    /// <summary>Hardware addresses of its network cards.</summary>
    public ImmutableArray<string> Macs { get; init; } = [];

    /// <summary>What goes on there.</summary>
    public StationActivity Activity { get; init; }

    /// <summary>From its question to the broker's answer; null = not measured.</summary>
    public TimeSpan? BrokerRoundTrip { get; init; }

    /// <summary>How often its network was cut since its shim began.</summary>
    public int NetworkCuts { get; init; }

    /// <summary>It is on, as far as anybody can tell: attached, and heard within twice <see cref="ReportEvery"/>. One whose broker died with it says nothing any more.</summary>
    public bool IsOn(DateTimeOffset now) => Attached && now - HeardAt < 2 * ReportEvery;
}
