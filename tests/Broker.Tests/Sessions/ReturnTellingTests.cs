using VdiBroker.Kernel;
using VdiBroker.Sessions;
using Xunit;

namespace VdiBroker.Broker.Tests.Sessions;

/// <summary>What a station is told of the time over which all stations are to come back.</summary>
public sealed class ReturnTellingTests
{
    private static readonly Followed _active = new(StationView.Active, new StationId("poste-1"));

    [Fact]
    public void A_notice_carries_it() =>
        Assert.Equal(TimeSpan.FromSeconds(24), StationReplies.Of(_active with { Spread = TimeSpan.FromSeconds(24) }, "fr").Spread.ToTimeSpan());

    [Fact]
    public void Where_stations_are_few_a_notice_says_nothing_of_it() => Assert.Null(StationReplies.Of(_active, "fr").Spread);

    [Fact]
    public void A_few_stations_more_are_no_news_and_many_are()
    {
        var told = _active with { Spread = TimeSpan.FromSeconds(10) };
        Assert.True((_active with { Spread = TimeSpan.FromSeconds(19) }).Repeats(told));
        Assert.False((_active with { Spread = TimeSpan.FromSeconds(21) }).Repeats(told));
        Assert.False(_active.Repeats(told));
        Assert.True(_active.Repeats(_active));
        Assert.False((told with { View = StationView.Disconnected }).Repeats(told));
    }
}
