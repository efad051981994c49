using CsCheck;
using VdiBroker.Rpc;
using Xunit;

namespace VdiBroker.Domain.Tests.Rpc;

public sealed class DirectoryShareTests
{
    private static readonly Gen<(int All, bool Quick)> _cases = Gen.Select(Gen.Int[1, 1000], Gen.Bool);

    [Fact]
    public void No_directory_has_all_the_places_and_none_has_no_place() => _cases.Sample(one =>
    {
        var places = DirectoryShare.Places(one.All, one.Quick);
        Assert.InRange(places, 1, Math.Max(1, one.All - 1));
    });

    [Fact]
    public void One_that_answers_quickly_has_nearly_all_and_one_that_does_not_a_third() => Gen.Int[32, 1000].Sample(all =>
    {
        Assert.InRange(DirectoryShare.Places(all, quick: true), all * 7 / 8, all - 4);
        Assert.Equal(all / 3, DirectoryShare.Places(all, quick: false));
    });

    [Fact]
    public void To_be_quick_never_costs_a_place_nor_does_room_for_more() => Gen.Select(_cases, Gen.Int[0, 1000]).Sample((one, more) =>
    {
        Assert.True(DirectoryShare.Places(one.All, quick: true) >= DirectoryShare.Places(one.All, quick: false));
        Assert.True(DirectoryShare.Places(one.All + more, one.Quick) >= DirectoryShare.Places(one.All, one.Quick));
    });

    [Fact]
    public void A_single_late_one_makes_no_directory_slow_where_it_has_more_places_and_a_third_of_all_does() => Gen.Select(Gen.Int[1, 1000], Gen.Int[0, 1000], Gen.Int[1, 500]).Sample((all, late, took) =>
    {
        var slow = DirectoryShare.IsSlow(all, late, TimeSpan.FromMilliseconds(took));
        Assert.Equal(late >= DirectoryShare.Places(all, quick: false), slow);
        if (all >= 6) Assert.False(DirectoryShare.IsSlow(all, 1, TimeSpan.FromMilliseconds(took)));
    });

    [Fact]
    public void One_whose_places_come_back_late_is_slow_however_many_are_free() => Gen.Select(Gen.Int[1, 1000], Gen.Int[0, 1000], Gen.Int[501, 60_000]).Sample((all, late, took) =>
        Assert.True(DirectoryShare.IsSlow(all, late, TimeSpan.FromMilliseconds(took))));

    [Fact]
    public void After_a_hang_it_has_to_serve_some_quickly_before_it_is_quick_again() => Gen.Select(Gen.Int[20, 300], Gen.Int[2000, 20_000], Gen.Int[1, 300]).Sample((waited, hangMs, quickMs) =>
    {
        var took = TimeSpan.FromMilliseconds(quickMs);
        for (var i = 0; i < waited; i++) took = AdmissionRule.Smooth(took, TimeSpan.FromMilliseconds(hangMs));
        var served = 0;
        for (; DirectoryShare.IsSlow(256, 0, took); served++) took = AdmissionRule.Smooth(took, TimeSpan.FromMilliseconds(quickMs));
        Assert.InRange(served, 10, 100);
    });
}
