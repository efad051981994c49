using CsCheck;
using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Pools;
using Xunit;

namespace VdiBroker.Domain.Tests.Pools;

public sealed class HostChoiceTests
{
    [Fact]
    public void A_host_on_which_seats_were_taken_and_given_up_is_as_one_that_is_looked_at_anew() =>
        Gen.Select(Farms.Pool, Gen.Select(Gen.OneOf(Farms.Users), Gen.Bool).Array[0, 12]).Sample((hosts, steps) =>
        {
            foreach (var host in hosts)
            {
                var (now, holders) = (host, host.SeatHolders);
                foreach (var (user, takes) in steps)
                {
                    now = takes ? now.With(user) : now.Without(user);
                    holders = takes ? holders.Add(user) : holders.Remove(user);
                    var anew = new HostChoice(host.Host, host.Health, host.Observation, holders);
                    Assert.Equal(anew.SeatHolders.Order(), now.SeatHolders.Order());
                    Assert.Equal(anew.Strays.Order(), now.Strays.Order());
                    Assert.Equal((anew.Promised, anew.Taken, anew.Free, host.Draining), (now.Promised, now.Taken, now.Free, now.Draining));
                }
            }
        });

    [Fact]
    public void An_account_that_is_there_twice_counts_once()
    {
        var seen = new HostObservation(Farms.Noon, null, "boot", "00", 0, 0, [new("a", 1, true, Farms.Noon), new("a", 2, false, Farms.Noon), new("b", 3, true, Farms.Noon)]);
        var host = new HostChoice(new SessionHost(new HostId("blade"), "127.0.0.1", 3389, 4), HostHealth.Live, seen, ["a", "c"]);
        Assert.Equal(["b"], host.Strays);
        Assert.Equal((1, 3, 1), (host.Promised, host.Taken, host.Free));
    }
}
