using Microsoft.Extensions.Logging.Abstractions;
using VdiBroker.City.Processes;
using VdiBroker.Rpc;
using Xunit;

namespace VdiBroker.Broker.Tests.Rpc;

/// <summary>The places of one directory among those for sign-ins, by what is seen of it.</summary>
public sealed class DirectoryGateTests : IDisposable
{
    private const int Most = 256;
    private const int Least = 32;
    private static readonly TimeSpan _late = DirectoryShare.LateAfter + TimeSpan.FromMilliseconds(1);
    private readonly HandClock _clock = new(DateTimeOffset.UnixEpoch);
    private readonly Gates _gates;
    private readonly DirectoryGate _large;
    private readonly DirectoryGate _tiny;
    private bool _answers = true;

    public DirectoryGateTests()
    {
        _gates = new Gates(_clock, NullLogger<Gates>.Instance);
        _large = _gates.OfDirectory("large", 2, () => _answers);
        _tiny = _gates.OfDirectory("tiny", 2, () => true);
    }

    public void Dispose() => _gates.Dispose();

    [Theory]
    [InlineData(false, Most)]
    [InlineData(true, Least)]
    public void A_quick_directory_beside_an_idle_one_has_nearly_all_of_the_places(bool behind, int all)
    {
        Settle(behind);
        Assert.InRange(Fill(_large).Count, all * 7 / 8, all - 4);
    }

    [Theory]
    [InlineData(false, Most)]
    [InlineData(true, Least)]
    public async Task One_that_begins_to_hang_leaves_places_to_the_others_also_before_that_is_known(bool behind, int all)
    {
        Settle(behind);
        // Each of its people comes through the gate before all sign-ins first.
        var entered = new List<Entry>();
        foreach (var _ in Fill(_large)) entered.Add(await _gates.SignInAsync(default));
        Assert.All(entered, one => Assert.NotNull(one.Place));
        var others = new List<Entry>();
        for (var i = entered.Count; i < all; i++) others.Add(await _gates.SignInAsync(default));
        Assert.InRange(others.Count(one => one.Place is not null), 4, all);
        Assert.NotNull(_tiny.TryEnter());
    }

    [Theory]
    [InlineData(false, Most)]
    [InlineData(true, Least)]
    public void One_that_hangs_has_a_third(bool behind, int all)
    {
        Settle(behind);
        var waiting = Fill(_large);
        _clock.Turn(_late);
        Assert.True(_large.IsSlow);
        Look(behind);
        // Those inside stay until they are told; nobody comes in before they are fewer than a third.
        _clock.Turn(TimeSpan.FromSeconds(6));
        foreach (var one in waiting[(all / 3)..]) one.Dispose();
        Look(behind);
        Assert.Empty(Fill(_large));
        waiting[0].Dispose();
        Look(behind);
        Assert.Single(Fill(_large));
        Assert.False(_tiny.IsSlow);
        Assert.InRange(Fill(_tiny).Count, all * 7 / 8, all - 4);
    }

    [Fact]
    public void One_that_is_known_not_to_answer_has_a_third()
    {
        _answers = false;
        Look(behind: false);
        Assert.Equal(Most / 3, Fill(_large).Count);
    }

    [Fact]
    public void After_a_hang_it_has_all_again_when_it_has_served_some_quickly()
    {
        var waiting = Fill(_large);
        _clock.Turn(TimeSpan.FromSeconds(6));
        foreach (var one in waiting) one.Dispose();
        Look(behind: false);
        Assert.True(_large.IsSlow);
        waiting = Fill(_large);
        Assert.Equal(Most / 3, waiting.Count);
        _clock.Turn(TimeSpan.FromMilliseconds(20));
        foreach (var one in waiting) one.Dispose();
        Look(behind: false);
        Assert.False(_large.IsSlow);
        Assert.InRange(Fill(_large).Count, Most * 7 / 8, Most - 4);
    }

    [Fact]
    public void A_few_that_are_late_cost_a_directory_nothing()
    {
        for (var i = 0; i < 3; i++) Assert.NotNull(_large.TryEnter());
        _clock.Turn(_late);
        Look(behind: false);
        Assert.False(_large.IsSlow);
        Assert.InRange(3 + Fill(_large).Count, Most * 7 / 8, Most - 4);
    }

    [Fact]
    public void A_city_s_only_directory_has_all_the_places_also_while_it_hangs()
    {
        var only = _gates.OfDirectory("only", 1, () => false);
        var waiting = Fill(only);
        Assert.Equal(Most, waiting.Count);
        _clock.Turn(_late);
        Look(behind: false);
        waiting[0].Dispose();
        Assert.Single(Fill(only));
    }

    // Until there are as few, or as many, places as there may be.
    private void Settle(bool behind)
    {
        for (var i = 0; i < 200; i++) Look(behind);
    }

    private void Look(bool behind) => _gates.Look(behind ? TimeSpan.FromSeconds(1) : TimeSpan.Zero);

    private static List<AdmissionGate.Admitted> Fill(DirectoryGate gate)
    {
        var places = new List<AdmissionGate.Admitted>();
        while (gate.TryEnter() is { } place) places.Add(place);
        return places;
    }
}
