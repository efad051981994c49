using System.Diagnostics;
using System.Threading.Channels;
using VdiBroker.Observability;
using VdiBroker.Storage;

namespace VdiBroker.Records;

/// <summary>
/// Tells the ways that have ended, as metrics and as traces, by what their records say: so <c>broker explain</c>, the dashboard and a trace show the same segments, whichever brokers took
/// part. Behind the answers: a record is read once it is written. In a storm only some are looked at, <see cref="MostInASecond"/>; those that are traced always.
/// </summary>
internal sealed class OpeningTeller(RecordStore records, TelemetryOptions telemetry) : BackgroundService
{
    /// <summary>Openings without a trace that are measured in one second: as good as all of them for a histogram, and nothing for the store.</summary>
    public const int MostInASecond = 20;

    private const int Room = 512;

    // What other brokers have to say of the same way is written by then.
    private static readonly TimeSpan _others = TimeSpan.FromSeconds(2);
    private readonly Channel<EndedWay> _ended = Channel.CreateBounded<EndedWay>(new BoundedChannelOptions(Room) { SingleReader = true });
    private long _second;
    private int _thisSecond;

    /// <summary>Notes that are in the store now.</summary>
    /// <param name="writer">Who wrote them.</param>
    /// <param name="notes">In order.</param>
    public void Written(string writer, IEnumerable<NoteToKeep> notes)
    {
        if (!telemetry.Measures) return;
        foreach (var note in notes)
        {
            var ends = note.Fact is Fact.Shown or Fact.Refused or Fact.GaveUp or Fact.Closed;
            if (ends && (note.Trace is not null || (note.Fact is Fact.Shown && IsWanted()))) _ended.Writer.TryWrite(new EndedWay(writer, note));
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var way in _ended.Reader.ReadAllAsync(stoppingToken)) await TellAsync(way);
        }
        catch (OperationCanceledException)
        {
            // What was not told yet is in the record all the same.
        }
    }

    private async Task TellAsync(EndedWay way)
    {
        try
        {
            if (await records.ReadAsync(way.Note.Record) is not { } course || IndexOf(way, course) is not { } index) return;
            // A picture before its redemption, or before its host saw the person: the broker of that host has not written that yet. Once more, then as it is (a machine without an agent redeems nothing).
            if (!way.Again && way.Note.Fact is Fact.Shown && index >= 0 && (course.Openings[index].RedeemedAt is null || course.Openings[index].ActiveAt is null)) _ = AgainAsync(way);
            else Tell(course, index, way.Note.Trace);
        }
        catch (StoreException)
        {
            // Told by the store; nobody waits for this.
        }
    }

    private async Task AgainAsync(EndedWay way)
    {
        await Task.Delay(_others);
        _ended.Writer.TryWrite(way with { Again = true });
    }

    // A station may report its picture twice; who closes a desktop that was shown ends no way.
    private static int? IndexOf(EndedWay way, Course course)
    {
        if (way.Note.Fact is Fact.Shown shown)
        {
            var first = course.Notes.FirstOrDefault(note => note.Fact is Fact.Shown same && same.Fence == shown.Fence);
            if (first?.Writer != way.Writer || first.Number != way.Note.Number) return null;
            for (var index = course.Openings.Length - 1; index >= 0; index--)
                if (course.Openings[index].Claimed?.Fence == shown.Fence) return index;
            return null;
        }
        var last = course.Openings.Length - 1;
        return way.Note.Fact is Fact.Closed && (last < 0 || course.Openings[last].ShownAt is not null) ? null : last;
    }

    private static void Tell(Course course, int index, ActivityContext? trace)
    {
        var segments = Segments.Of(course, index);
        if (index >= 0 && course.Openings[index] is { ShownAt: not null, Claimed: { } claimed }) RecordMetrics.Measure(segments, claimed.Resumed);
        if (trace is { } station) OpeningTrace.Tell(course, index, segments, station);
    }

    private bool IsWanted()
    {
        var second = Environment.TickCount64 / 1000;
        if (Interlocked.Exchange(ref _second, second) != second) Interlocked.Exchange(ref _thisSecond, 0);
        return Interlocked.Increment(ref _thisSecond) <= MostInASecond;
    }

    private sealed record EndedWay(string Writer, NoteToKeep Note, bool Again = false);
}
