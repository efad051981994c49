using System.Collections.Immutable;
using CsCheck;
using VdiBroker.Kernel;
using VdiBroker.Stations;
using Xunit;

namespace VdiBroker.Domain.Tests.Stations;

/// <summary>A station and a copy of its disk, in any order: they renew, show what they have, lose answers and ask again.</summary>
public sealed class RenewalTests
{
    private static readonly StationId _station = new("guichet-3");
    private static readonly DateTimeOffset _late = DateTimeOffset.UnixEpoch.AddDays(300);

    [Fact]
    public void Of_a_station_and_its_copy_never_more_than_one_goes_on_once_a_renewal_was_shown() =>
        Gen.Select(Gen.Int[0, 1], Gen.Int[0, 2]).Array[1, 30].Sample(steps =>
        {
            var play = new Play();
            foreach (var (who, act) in steps)
            {
                switch (act)
                {
                    case 0: play.Renew(who); break;
                    case 1: play.Fetch(who); break;
                    default: play.Show(who); break;
                }
                Assert.True(play.Standing?.Certificate is null || play.Machines.Any(machine => play.Standing.Admits(machine.Certificate)), "nobody is admitted any more");
                if (play.WasShown) Assert.True(play.Machines.Count(machine => play.Standing!.Admits(machine.Certificate)) == 1, "both go on");
            }
        });

    [Fact]
    public void The_former_one_is_good_until_the_next_is_shown_and_is_known_for_what_it_is_then()
    {
        var before = new StationStanding(_station, Revoked: false, _late) { Certificate = "one", Next = new RenewedCertificate("two", "key-two", "pem") };
        Assert.True(before.Admits("one") && before.Admits("two") && !before.Admits("three"));
        Assert.Null(before.Shown("one"));
        var after = before.Shown("two")!;
        Assert.True(after.Admits("two") && !after.Admits("one") && after.Replaced("one") && !after.Replaced("two"));
        Assert.False((after with { Revoked = true }).Replaced("one"));
    }

    [Fact]
    public void Nobody_renews_in_the_first_half_of_a_certificate_s_life() => Gen.Double[0, 1].Sample(part =>
        Assert.Equal(part < 0.5, Renewal.Decide(null, new ShownCertificate("mine", _late, _late.AddDays(100)), "fresh", _late.AddDays(100 * part)) is RenewalDecision.Early));

    private sealed record Machine(string Certificate, string Key, string? Pending, string? Given);

    private sealed class Play
    {
        private int _keys;

        public StationStanding? Standing { get; private set; } = new(_station, Revoked: false, _late) { Certificate = "certificate of first" };

        public ImmutableArray<Machine> Machines { get; private set; } = [.. Enumerable.Repeat(new Machine("certificate of first", "first", null, null), 2)];

        /// <summary>Somebody shows a certificate that the two do not have both.</summary>
        public bool WasShown { get; private set; }

        // The answer may be lost: it is fetched by asking again, or never.
        public void Renew(int who)
        {
            var machine = Machines[who];
            if (!Standing!.Admits(machine.Certificate)) return;
            machine = machine with { Pending = machine.Pending ?? $"key {who} {++_keys}" };
            if (Renewal.Decide(Standing, new ShownCertificate(machine.Key, DateTimeOffset.UnixEpoch, _late), machine.Pending!, _late) is RenewalDecision.Sign)
                Standing = Standing with { Certificate = machine.Certificate, Next = new RenewedCertificate($"certificate of {machine.Pending}", machine.Pending!, $"certificate of {machine.Pending}") };
            Machines = Machines.SetItem(who, machine);
        }

        public void Fetch(int who)
        {
            var machine = Machines[who];
            if (machine.Pending is null || !Standing!.Admits(machine.Certificate)) return;
            if (Renewal.Decide(Standing, new ShownCertificate(machine.Key, DateTimeOffset.UnixEpoch, _late), machine.Pending, _late) is RenewalDecision.Again(var pem))
                Machines = Machines.SetItem(who, machine with { Certificate = pem, Key = machine.Pending, Pending = null });
        }

        public void Show(int who)
        {
            if (Standing!.Shown(Machines[who].Certificate) is not { } next) return;
            (Standing, WasShown) = (next, true);
        }
    }
}
