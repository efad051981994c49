using CsCheck;
using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Pools;
using Xunit;

namespace VdiBroker.Domain.Tests.Pools;

public sealed class HostChoiceTests
{
    [Fact]
    public void A_host_on_which_seats_were_taken_is_as_one_that_is_looked_at_anew() =>
        Gen.Select(Farms.Report, Gen.OneOf(Farms.Users).Array[0, 5], Gen.OneOf(Farms.Users).Array[0, 12]).Sample((report, holders, comers) =>
        {
            var held = holders.ToHashSet();
            var now = Farms.Count(held, report);
            foreach (var user in comers.Where(held.Add))
            {
                now = now.With(user);
                var anew = Farms.Count(held, report);
                Assert.Equal(anew.Strays.OrderBy(one => one.Key), now.Strays.OrderBy(one => one.Key));
                Assert.Equal((anew.Held, anew.Shown, anew.Promised, anew.Taken), (now.Held, now.Shown, now.Promised, now.Taken));
            }
        });

    [Fact]
    public void A_seat_that_was_given_up_counts_no_more_and_none_is_given_up_twice() =>
        Farms.Pool.Sample(hosts =>
        {
            foreach (var host in hosts)
            {
                var without = host.WithoutTheirs();
                Assert.Equal(host.Taken - (host.HoldsTheirs ? 1 : 0), without.Taken);
                Assert.InRange(without.Seats.Promised, 0, host.Seats.Promised);
                Assert.InRange(without.Seats.Shown, 0, without.Seats.Held);
                Assert.Equal(without, without.WithoutTheirs());
            }
        });

    [Fact]
    public void Strays_use_seats_and_what_the_report_did_not_show_yet_is_promised()
    {
        var host = new HostChoice(new SessionHost(new HostId("blade"), "127.0.0.1", 3389, 4), HostHealth.Live, new HostObservation(Farms.Noon, null, "boot", "00", 0, 0), new SeatCount(2, 1, Farms.Strays("b")));
        Assert.Equal((1, 3, 1), (host.Seats.Promised, host.Taken, host.Free));
    }
}
