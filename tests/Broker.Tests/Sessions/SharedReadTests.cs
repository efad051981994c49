using System.Diagnostics;
using VdiBroker.City.Processes;
using VdiBroker.Sessions;
using Xunit;

namespace VdiBroker.Broker.Tests.Sessions;

public sealed class SharedReadTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task All_who_ask_before_a_read_is_sent_share_it_and_whoever_asks_later_gets_the_next()
    {
        var reads = new Reads(TimeSpan.Zero);
        var came = Stopwatch.GetTimestamp();
        var early = Enumerable.Range(0, 100).Select(_ => reads.AskAsync(came)).ToList();
        await reads.BegunAsync(1);
        var late = Enumerable.Range(0, 100).Select(_ => reads.AskAsync()).ToList();
        Assert.Equal(1, reads.Begun);
        reads.End(1);
        Assert.All(await Task.WhenAll(early).WaitAsync(_patience), told => Assert.Equal(1, told));
        await reads.BegunAsync(2);
        reads.End(2);
        Assert.All(await Task.WhenAll(late).WaitAsync(_patience), told => Assert.Equal(2, told));
        Assert.Equal(2, reads.Begun);
    }

    [Fact]
    public async Task A_read_that_was_sent_since_somebody_came_is_theirs_running_or_done()
    {
        var reads = new Reads(TimeSpan.Zero);
        var came = Stopwatch.GetTimestamp();
        _ = reads.AskAsync();
        await reads.BegunAsync(1);
        var running = reads.AskAsync(came);
        reads.End(1);
        Assert.Equal(1, await running);
        Assert.Equal(1, await reads.AskAsync(came));
        Assert.Equal(1, reads.Begun);
    }

    [Fact]
    public async Task A_fault_is_told_to_all_who_share_the_read_and_the_next_is_none_the_worse()
    {
        var reads = new Reads(TimeSpan.Zero);
        var came = Stopwatch.GetTimestamp();
        var both = new[] { reads.AskAsync(came), reads.AskAsync(came) };
        await reads.BegunAsync(1);
        reads.Fail(1);
        foreach (var one in both) await Assert.ThrowsAsync<IOException>(() => one.WaitAsync(_patience));
        // Nor is it told to somebody who had come before it failed and asks now.
        var next = reads.AskAsync(came);
        await reads.BegunAsync(2);
        reads.End(2);
        Assert.Equal(2, await next);
    }

    [Fact]
    public async Task Between_two_reads_is_a_rest_however_many_ask()
    {
        var rest = TimeSpan.FromMilliseconds(300);
        var reads = new Reads(rest);
        var first = reads.AskAsync();
        await reads.BegunAsync(1);
        // Nothing that is a thousand times what it took is shorter than the longest rest.
        await Eventually.HoldsAsync("it takes a while", _patience, () => reads.Took(1) > TimeSpan.FromMilliseconds(5));
        var ended = Stopwatch.GetTimestamp();
        reads.End(1);
        await first;
        var asked = Enumerable.Range(0, 100).Select(_ => reads.AskAsync()).ToList();
        await reads.BegunAsync(2);
        Assert.True(Stopwatch.GetElapsedTime(ended, reads.BegunAt(2)) > rest / 2);
        reads.End(2);
        Assert.All(await Task.WhenAll(asked).WaitAsync(_patience), told => Assert.Equal(2, told));
    }

    // Reads that the test ends, numbered from 1.
    private sealed class Reads
    {
        private readonly List<(TaskCompletionSource<int> End, long At)> _all = [];
        private readonly SharedRead<int> _shared;

        public Reads(TimeSpan longestRest) => _shared = new SharedRead<int>(ReadAsync, rest: 1000, longestRest);

        public int Begun
        {
            get
            {
                lock (_all) return _all.Count;
            }
        }

        public Task<int> AskAsync(long? asked = null) => _shared.AskAsync(asked ?? Stopwatch.GetTimestamp());

        public Task BegunAsync(int number) => Eventually.HoldsAsync($"read {number} has begun", _patience, () => Begun == number);

        public void End(int number) => Of(number).End.SetResult(number);

        public void Fail(int number) => Of(number).End.SetException(new IOException("lost"));

        public long BegunAt(int number) => Of(number).At;

        public TimeSpan Took(int number) => Stopwatch.GetElapsedTime(Of(number).At);

        private (TaskCompletionSource<int> End, long At) Of(int number)
        {
            lock (_all) return _all[number - 1];
        }

        private Task<int> ReadAsync()
        {
            lock (_all)
            {
                _all.Add((new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously), Stopwatch.GetTimestamp()));
                return _all[^1].End.Task;
            }
        }
    }
}
