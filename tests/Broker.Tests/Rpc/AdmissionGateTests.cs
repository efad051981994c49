using Microsoft.Extensions.Logging.Abstractions;
using VdiBroker.City.Processes;
using VdiBroker.Rpc;
using Xunit;

namespace VdiBroker.Broker.Tests.Rpc;

public sealed class AdmissionGateTests
{
    private static readonly TimeSpan _patient = TimeSpan.FromMinutes(1);
    private readonly AdmissionGate _gate = new(new AdmissionRule(1, 2, TimeSpan.FromSeconds(30)), "tests", TimeProvider.System, NullLogger.Instance);

    [Fact]
    public async Task A_place_that_is_given_back_is_the_next_one_s_in_the_order_of_coming()
    {
        var first = await _gate.EnterAsync(_patient, default);
        using var second = await _gate.EnterAsync(_patient, default);
        var third = _gate.EnterAsync(_patient, default).AsTask();
        var fourth = _gate.EnterAsync(_patient, default).AsTask();
        Assert.False(third.IsCompleted || fourth.IsCompleted);

        first.Dispose();
        first.Dispose();
        using var place = await third.WaitAsync(_patient);
        Assert.False(fourth.IsCompleted);
        second.Dispose();
        (await fourth.WaitAsync(_patient)).Dispose();
    }

    [Fact]
    public async Task Who_has_no_patience_is_sent_away_at_once_and_told_for_how_long()
    {
        using var first = await _gate.EnterAsync(_patient, default);
        using var second = await _gate.EnterAsync(_patient, default);
        var entry = await _gate.EnterAsync(TimeSpan.Zero, default);
        Assert.Null(entry.Place);
        Assert.InRange(entry.Away!.Value, AdmissionRule.ShortestAway, TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Who_only_looks_for_a_place_takes_none_before_those_who_wait_and_is_not_sent_away()
    {
        var first = _gate.TryEnter();
        using var second = await _gate.EnterAsync(_patient, default);
        Assert.NotNull(first);
        Assert.Null(_gate.TryEnter());
        var third = _gate.EnterAsync(_patient, default).AsTask();
        first.Dispose();
        Assert.Null(_gate.TryEnter());
        (await third.WaitAsync(_patient)).Dispose();
        _gate.TryEnter()!.Dispose();
    }

    [Fact]
    public async Task Who_gives_up_waiting_takes_nobody_s_place()
    {
        var first = await _gate.EnterAsync(_patient, default);
        using var second = await _gate.EnterAsync(_patient, default);
        using var gone = new CancellationTokenSource();
        var third = _gate.EnterAsync(_patient, gone.Token).AsTask();
        var fourth = _gate.EnterAsync(_patient, default).AsTask();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => third);

        first.Dispose();
        (await fourth.WaitAsync(_patient)).Dispose();
    }

    [Fact]
    public async Task Nobody_waits_longer_than_their_patience_where_all_who_are_inside_hang()
    {
        var clock = new HandClock(DateTimeOffset.UnixEpoch);
        var gate = new AdmissionGate(new AdmissionRule(1, 2, TimeSpan.FromSeconds(30)), "tests", clock, NullLogger.Instance);
        var first = await gate.EnterAsync(TimeSpan.FromSeconds(1), default);
        using var second = await gate.EnterAsync(TimeSpan.FromSeconds(1), default);
        Assert.Equal(0, clock.Waiting);
        var impatient = Enumerable.Range(0, 10).Select(_ => gate.EnterAsync(TimeSpan.FromSeconds(1), default).AsTask()).ToList();
        var patient = gate.EnterAsync(TimeSpan.FromSeconds(5), default).AsTask();
        clock.Turn(TimeSpan.FromMilliseconds(999));
        Assert.DoesNotContain(impatient, one => one.IsCompleted);
        clock.Turn(TimeSpan.FromMilliseconds(1));
        foreach (var one in impatient)
        {
            var entry = await one.WaitAsync(_patient);
            Assert.Null(entry.Place);
            Assert.InRange(entry.Away!.Value, AdmissionRule.ShortestAway, TimeSpan.FromSeconds(30));
        }
        Assert.False(patient.IsCompleted);

        // Who gave up keeps nobody from the turn.
        first.Dispose();
        (await patient.WaitAsync(_patient)).Dispose();
        Assert.Equal(0, clock.Waiting);
    }

    [Fact]
    public async Task Thousands_at_once_are_never_more_than_help_and_all_come_to_their_turn()
    {
        var (inside, most) = (0, 0);
        await Task.WhenAll(Enumerable.Range(0, 2000).Select(_ => Task.Run(async () =>
        {
            using var place = await _gate.EnterAsync(TimeSpan.FromHours(1), default);
            var now = Interlocked.Increment(ref inside);
            InterlockedMax(ref most, now);
            await Task.Yield();
            Interlocked.Decrement(ref inside);
        })));
        Assert.InRange(most, 1, 2);
        (await _gate.EnterAsync(TimeSpan.Zero, default)).Dispose();
    }

    [Fact]
    public async Task While_the_processors_are_behind_fewer_begin_and_more_when_they_are_not()
    {
        for (var i = 0; i < 5; i++) _gate.Adapt(TimeSpan.FromSeconds(1));
        using var first = await _gate.EnterAsync(_patient, default);
        var second = _gate.EnterAsync(_patient, default).AsTask();
        Assert.False(second.IsCompleted);
        _gate.Adapt(TimeSpan.Zero);
        (await second.WaitAsync(_patient)).Dispose();
    }

    private static void InterlockedMax(ref int most, int now)
    {
        for (var seen = Volatile.Read(ref most); now > seen; seen = Volatile.Read(ref most))
            if (Interlocked.CompareExchange(ref most, now, seen) == seen) return;
    }
}
