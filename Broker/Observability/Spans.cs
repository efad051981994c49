using System.Diagnostics;

namespace VdiBroker.Observability;

/// <summary>Parts of traces. A station begins a trace with each sign-in, by the header <c>traceparent</c> (W3C); what has no such caller is never traced.</summary>
internal static class Spans
{
    // Somebody who waits for hosts that come back looks four times a second.
    private const int MostCalls = 64;
    private const string Calls = "vdibroker.calls";

    /// <summary>Begins the span of a call that this broker serves.</summary>
    /// <param name="method">Service and method.</param>
    /// <param name="traceparent">The caller's header; null or malformed = not traced.</param>
    /// <returns>Null when it is not traced.</returns>
    public static Activity? Serve(string method, string? traceparent)
    {
        if (traceparent is null || !Instruments.Broker.HasListeners() || !ActivityContext.TryParse(traceparent, null, isRemote: true, out var caller)) return null;
        var span = Instruments.Broker.StartActivity(method, ActivityKind.Server, caller);
        span?.SetCustomProperty(Calls, new Counter());
        return span;
    }

    /// <summary>Begins the span of something that is asked of another program, within a served call that is traced.</summary>
    /// <returns>Null when there is none, or it has asked very often.</returns>
    public static Activity? Ask(string name)
    {
        // The web server has an activity of its own, which nobody exports.
        if (Activity.Current is not { Kind: ActivityKind.Server, IsAllDataRequested: true } served || served.Source != Instruments.Broker) return null;
        return served.GetCustomProperty(Calls) is Counter counter && counter.Next() > MostCalls ? null : Instruments.Broker.StartActivity(name, ActivityKind.Client);
    }

    /// <summary>What the caller of the served call gave as its own span: the station's way to its first picture. Null = the call is not traced.</summary>
    public static ActivityContext? Caller =>
        Activity.Current is { Kind: ActivityKind.Server, IsAllDataRequested: true } served && served.Source == Instruments.Broker
            ? new ActivityContext(served.TraceId, served.ParentSpanId, ActivityTraceFlags.Recorded, isRemote: true)
            : null;

    /// <summary>Tells a span that is over already, below <paramref name="parent"/>.</summary>
    /// <returns>For its tags; null when the trace is not drawn. Whoever has it disposes it.</returns>
    public static Activity? Tell(ActivitySource source, string name, ActivityContext parent, DateTimeOffset from, DateTimeOffset to)
    {
        var span = source.StartActivity(name, ActivityKind.Internal, parent, startTime: from);
        span?.SetEndTime((to > from ? to : from).UtcDateTime);
        return span;
    }

    /// <summary>Tells the span that a station has begun and numbered itself: the root of its trace.</summary>
    /// <returns>As <see cref="Tell"/>.</returns>
    public static Activity? TellRoot(ActivitySource source, string name, ActivityContext own, DateTimeOffset from, DateTimeOffset to)
    {
        var span = Tell(source, name, own, from, to);
        if (span is not null) SpanNumber.MakeRoot(span, own.SpanId);
        return span;
    }

    private sealed class Counter
    {
        private int _count;

        public int Next() => Interlocked.Increment(ref _count);
    }
}
