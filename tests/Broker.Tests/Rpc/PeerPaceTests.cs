using VdiBroker.City.Processes;
using VdiBroker.Rpc;
using Xunit;

namespace VdiBroker.Broker.Tests.Rpc;

public sealed class PeerPaceTests
{
    private static readonly TimeSpan _each = TimeSpan.FromSeconds(2);
    private readonly HandClock _clock = new(DateTimeOffset.UnixEpoch);
    private readonly PeerPace _pace;

    public PeerPaceTests() => _pace = new PeerPace(3, _each, _clock);

    [Fact]
    public void So_many_may_come_at_once_then_one_in_each_interval_and_all_again_after_a_rest()
    {
        for (var n = 0; n < 3; n++) Assert.Null(_pace.Take("a"));
        Assert.Equal(_each, _pace.Take("a"));
        _clock.Turn(_each / 2);
        Assert.Equal(_each / 2, _pace.Take("a"));
        _clock.Turn(_each / 2);
        Assert.Null(_pace.Take("a"));
        Assert.NotNull(_pace.Take("a"));
        _clock.Turn(3 * _each);
        for (var n = 0; n < 3; n++) Assert.Null(_pace.Take("a"));
        Assert.NotNull(_pace.Take("a"));
    }

    [Fact]
    public void What_one_does_is_nobody_else_s_and_asking_costs_nothing()
    {
        for (var n = 0; n < 9; n++) Assert.Null(_pace.Wait("a"));
        for (var n = 0; n < 3; n++) _pace.Count("a");
        Assert.NotNull(_pace.Wait("a"));
        Assert.Null(_pace.Wait("b"));
        // What was under way when it was too much already makes nobody wait longer.
        for (var n = 0; n < 100; n++) _pace.Count("a");
        Assert.Equal(_each, _pace.Wait("a"));
    }

    [Fact]
    public void However_many_names_come_memory_is_bounded_and_who_has_rested_is_forgotten()
    {
        for (var n = 0; n < 40_000; n++) _pace.Count($"{n}");
        Assert.InRange(_pace.Remembered, 10_000, 16_385);
        _clock.Turn(4 * _each);
        Assert.Null(_pace.Take("late"));
        Assert.Equal(1, _pace.Remembered);
    }
}
