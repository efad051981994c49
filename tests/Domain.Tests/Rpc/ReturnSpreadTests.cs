using CsCheck;
using VdiBroker.Rpc;
using Xunit;

namespace VdiBroker.Domain.Tests.Rpc;

public sealed class ReturnSpreadTests
{
    private static readonly Gen<Case> _cases = Gen.Select(Gen.Int[0, 100_000], Gen.Int[1, 128], Gen.Int[500, 20_000], (stations, cores, each) => new Case(stations, cores, TimeSpan.FromMicroseconds(each)));

    [Fact]
    public void More_stations_never_come_in_a_shorter_time() => Gen.Select(_cases, Gen.Int[0, 10_000]).Sample((one, more) =>
        Assert.True((one with { Stations = one.Stations + more }).Time >= one.Time));

    [Fact]
    public void More_cores_never_make_it_longer() => Gen.Select(_cases, Gen.Int[0, 64]).Sample((one, more) =>
        Assert.True((one with { Cores = one.Cores + more }).Time <= one.Time));

    [Fact]
    public void Slower_cores_never_make_it_shorter() => Gen.Select(_cases, Gen.Int[0, 20_000]).Sample((one, more) =>
        Assert.True((one with { Each = one.Each + TimeSpan.FromMicroseconds(more) }).Time >= one.Time));

    [Fact]
    public void Few_come_at_once() => _cases.Sample(one =>
        Assert.Equal(one.Each * (one.Stations / (one.Cores * ReturnSpread.Share)) < ReturnSpread.Least, one.Told is null));

    [Fact]
    public void Nobody_is_kept_away_for_longer_than_the_most() => Gen.Select(_cases, Gen.Int[0, int.MaxValue]).Sample((one, stations) =>
    {
        if ((one with { Stations = stations }).Told is { } told) Assert.InRange(told, ReturnSpread.Least, ReturnSpread.Most);
    });

    [Fact]
    public void Those_who_come_leave_the_others_their_part_of_the_cores() => _cases.Sample(one =>
    {
        if (one.Told is not { } told || told == ReturnSpread.Most) return;
        Assert.InRange(one.Each * one.Stations / told, 0, one.Cores * ReturnSpread.Share * (1 + 1e-6));
    });

    [Fact]
    public void What_was_told_is_told_anew_only_when_it_is_off_by_more_than_twice() => Gen.Select(Gen.Int[1, 120], Gen.Int[1, 120]).Sample((told, now) =>
        Assert.Equal(now > 2 * told || told > 2 * now, ReturnSpread.IsOutdated(TimeSpan.FromSeconds(told), TimeSpan.FromSeconds(now))));

    [Fact]
    public void Who_was_told_nothing_is_told_when_more_have_come()
    {
        Assert.False(ReturnSpread.IsOutdated(null, null));
        Assert.False(ReturnSpread.IsOutdated(null, ReturnSpread.Least));
        Assert.True(ReturnSpread.IsOutdated(null, ReturnSpread.Least * 3));
        Assert.True(ReturnSpread.IsOutdated(ReturnSpread.Least * 3, null));
    }

    private sealed record Case(int Stations, int Cores, TimeSpan Each)
    {
        public TimeSpan? Told => ReturnSpread.Over(Stations, Cores, Each);

        public TimeSpan Time => Told ?? TimeSpan.Zero;
    }
}
