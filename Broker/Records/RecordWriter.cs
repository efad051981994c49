using System.Diagnostics;
using System.Security.Cryptography;
using System.Threading.Channels;
using VdiBroker.Observability;
using VdiBroker.Storage;

namespace VdiBroker.Records;

/// <summary>
/// Takes notes from whoever works and writes them behind their backs: noting costs a place in a channel, never a round trip, and never fails. While the store is out
/// of reach notes wait; when too many do, new ones are dropped and counted in the log. At the broker's stop the rest is written first. Safe for concurrent use.
/// </summary>
internal sealed class RecordWriter(RecordStore records, OpeningTeller teller, ILogger<RecordWriter> logger) : BackgroundService
{
    private const int Room = 8192;
    private const int Batch = 1024;
    private static readonly TimeSpan _breath = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan _again = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan _lastWord = TimeSpan.FromSeconds(2);
    private readonly Channel<NoteToKeep> _notes = Channel.CreateBounded<NoteToKeep>(new BoundedChannelOptions(Room) { SingleReader = true });
    private readonly string _writer = RandomNumberGenerator.GetHexString(12, lowercase: true);
    private long _number;
    private long _dropped;
    private long _stoppedAt;

    /// <summary>Notes a fact.</summary>
    /// <param name="record">Of which sign-in.</param>
    /// <param name="fact">What.</param>
    public void Note(RecordId record, Fact fact)
    {
        RecordMetrics.Count(fact);
        var note = new NoteToKeep(record, fact, RecordKey.Of(record, fact), Interlocked.Increment(ref _number), Stopwatch.GetTimestamp()) { Trace = Spans.Caller };
        if (!_notes.Writer.TryWrite(note)) Interlocked.Increment(ref _dropped);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Jobs stop in the reverse order of their wiring, the edge first: who could still note has ended by now.
        await using var end = stoppingToken.Register(() =>
        {
            Interlocked.Exchange(ref _stoppedAt, Stopwatch.GetTimestamp());
            _notes.Writer.TryComplete();
        });
        var batch = new List<NoteToKeep>(Batch);
        while (await _notes.Reader.WaitToReadAsync(CancellationToken.None))
        {
            // What belongs together comes together: the notes of one sign-in are one call.
            if (batch.Count < Batch) await Task.Delay(_breath, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            batch.Clear();
            while (batch.Count < Batch && _notes.Reader.TryRead(out var note)) batch.Add(note);
            await WriteAsync(batch, stoppingToken);
            if (Interlocked.Exchange(ref _dropped, 0) is > 0 and var lost) Drop(lost);
        }
    }

    private async Task WriteAsync(List<NoteToKeep> batch, CancellationToken stopping)
    {
        for (var told = false; ;)
        {
            try
            {
                await records.AddAsync(_writer, batch);
                teller.Written(_writer, batch);
                return;
            }
            catch (StoreOutOfReachException fault)
            {
                if (!told) RecordsLog.Waiting(logger, batch.Count, fault.Message);
                told = true;
                if (stopping.IsCancellationRequested && Stopwatch.GetElapsedTime(Interlocked.Read(ref _stoppedAt)) > _lastWord)
                {
                    Drop(batch.Count);
                    return;
                }
                await Task.Delay(_again, CancellationToken.None);
            }
        }
    }

    private void Drop(long lost)
    {
        RecordsLog.Dropped(logger, lost);
        RecordMetrics.Dropped(lost);
    }
}
