using System.Collections.Immutable;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace VdiBroker.Observability;

/// <summary>The one meter and the sources of spans. Without a listener an instrument costs a comparison, and a span is null.</summary>
internal static class Instruments
{
    /// <summary>Name of the meter and of the broker's own spans.</summary>
    public const string Name = "VdiBroker";

    /// <summary>Every instrument of every room. No tag names a person, a station or a session; what a tag may say is bounded by the city file or by the code.</summary>
    public static readonly Meter Meter = new(Name);

    /// <summary>What this broker does itself.</summary>
    public static readonly ActivitySource Broker = new(Name);

    /// <summary>What a station reported of the way to its first picture.</summary>
    public static readonly ActivitySource Station = new("VdiBroker.Station");

    /// <summary>What a host did, as its agent let the broker know.</summary>
    public static readonly ActivitySource Host = new("VdiBroker.Host");

    // Parts of a millisecond for the store, minutes for a queue.
    private static readonly ImmutableArray<double> _calls = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
    private static readonly ImmutableArray<double> _ways = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 2, 3, 5, 10, 30, 60, 300, 900];

    /// <summary>A histogram of seconds of calls that take milliseconds.</summary>
    public static Histogram<double> OfCalls(string name, string meaning) => OfSeconds(name, meaning, _calls);

    /// <summary>A histogram of seconds of what people wait for.</summary>
    public static Histogram<double> OfWays(string name, string meaning) => OfSeconds(name, meaning, _ways);

    private static Histogram<double> OfSeconds(string name, string meaning, ImmutableArray<double> bounds) =>
        Meter.CreateHistogram(name, "s", meaning, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds });
}
