using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace VdiBroker.Observability;

/// <summary>A call to another program: its time for a histogram, and a span within a traced call. Where nobody listens it costs two comparisons.</summary>
internal readonly struct OutsideCall
{
    private readonly Histogram<double> _took;
    private readonly KeyValuePair<string, object?> _system;
    private readonly KeyValuePair<string, object?> _operation;
    private readonly Activity? _span;
    private readonly long _from;

    /// <param name="took">Seconds, by the tags below and <c>error.type</c>.</param>
    /// <param name="system">Who is asked: a tag of few values.</param>
    /// <param name="operation">For what: a tag of few values, and the span's name.</param>
    public OutsideCall(Histogram<double> took, KeyValuePair<string, object?> system, KeyValuePair<string, object?> operation)
    {
        (_took, _system, _operation) = (took, system, operation);
        _from = took.Enabled ? Stopwatch.GetTimestamp() : 0;
        _span = Spans.Ask((string)operation.Value!);
        _span?.SetTag(system.Key, system.Value);
        _span?.SetTag(operation.Key, operation.Value);
    }

    /// <summary>It is over.</summary>
    /// <param name="error">What went wrong, in a word of the code; null = nothing.</param>
    public void End(string? error = null)
    {
        if (_from != 0)
        {
            var seconds = Stopwatch.GetElapsedTime(_from).TotalSeconds;
            if (error is null) _took.Record(seconds, _system, _operation);
            else _took.Record(seconds, _system, _operation, new("error.type", error));
        }
        if (error is not null) _span?.SetStatus(ActivityStatusCode.Error).SetTag("error.type", error);
        _span?.Dispose();
    }
}
