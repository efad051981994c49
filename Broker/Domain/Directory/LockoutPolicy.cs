namespace VdiBroker.Directory;

/// <summary>How many tries are allowed, and what follows when they are used up.</summary>
/// <param name="Tries">From 1; the try that reaches it is still made.</param>
/// <param name="Within">Tries older than this do not count.</param>
/// <param name="Pause">No further try for so long after the last one.</param>
public sealed record TryLimit(int Tries, TimeSpan Within, TimeSpan Pause);

/// <summary>How guessing is slowed: the section <c>lockout</c> of the city file.</summary>
public sealed record LockoutPolicy
{
    /// <summary>What holds where the city file says nothing.</summary>
    public static readonly LockoutPolicy Default = new();

    /// <summary>False: nothing is counted.</summary>
    public bool IsOn { get; init; } = true;

    /// <summary>One person at one station.</summary>
    public TryLimit Here { get; init; } = new(5, TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(10));

    /// <summary>One station, whoever is tried there. Its pause doubles each time, up to <see cref="LongestStationPause"/>.</summary>
    public TryLimit Station { get; init; } = new(20, TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(1));

    /// <summary>The longest pause of a station.</summary>
    public TimeSpan LongestStationPause { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>A station that has been calm for so long after a pause starts again with the shortest.</summary>
    public TimeSpan StationForgivenAfter { get; init; } = TimeSpan.FromHours(1);

    /// <summary>One person at all stations together.</summary>
    public TryLimit Everywhere { get; init; } = new(15, TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(10));

    /// <summary>A person is locked everywhere only when the tries come from so many stations; from 2.</summary>
    public int Stations { get; init; } = 3;

    /// <summary>So many of one station's tries count for <see cref="Everywhere"/>; from 1.</summary>
    public int MostFromOneStation { get; init; } = 5;

    /// <summary>How long a station pauses.</summary>
    /// <param name="step">How many pauses came shortly before.</param>
    public TimeSpan StationPause(int step) => Shorter(Station.Pause * Math.Pow(2, Math.Min(step, 20)), LongestStationPause);

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
