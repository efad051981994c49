using System.Collections.Frozen;
using Microsoft.Extensions.Logging.Abstractions;
using VdiBroker.Broker.Tests.Storage;
using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Machines;
using VdiBroker.Pools;
using VdiBroker.Sessions;
using Xunit;

namespace VdiBroker.Broker.Tests.Sessions;

/// <summary>What stations say of a machine without an agent, and what becomes of a session of which nobody says anything, on a real Redis.</summary>
[Collection(RedisCollection.Name)]
public sealed class MachineKeeperTests(RedisFixture redis)
{
    private static readonly TimeSpan _long = TimeSpan.FromHours(1);

    [Fact]
    public async Task A_picture_confirms_the_claim_and_following_keeps_it()
    {
        var (farm, held) = await ClaimAsync();
        var seats = new MachineSeats(farm.Store, farm.Keys);
        Assert.Equal(Heard.Waiting, await seats.HearAsync(held.Session, held.Fence, shown: false));
        Assert.Equal(Heard.NotHeld, await seats.HearAsync(held.Session, new Fence(held.Fence.Value - 1), shown: true));
        Assert.Equal(Heard.Active, await seats.HearAsync(held.Session, held.Fence, shown: true));
        Assert.Equal(Heard.Still, await seats.HearAsync(held.Session, held.Fence, shown: true));
        var active = (await farm.Sessions.FindAsync(held.Session))!;
        Assert.Equal((SessionPhase.Active, held.Fence, (DateTimeOffset?)null), (active.Phase, active.Redeemed, active.LeaseUntil));
        Assert.Equal(Heard.Still, await seats.HearAsync(held.Session, held.Fence, shown: false));
        Assert.True((await farm.Sessions.FindAsync(held.Session))!.Revision > active.Revision);
        Assert.Single(await farm.EventsAsync(), e => e["kind"] == "session-active" && e["cause"] == "shown");
        await Keeper(farm).LookAsync(Jobs.Term, _long);
        Assert.Equal(SessionPhase.Active, (await farm.Sessions.FindAsync(held.Session))!.Phase);
    }

    [Fact]
    public async Task A_claim_that_no_station_confirms_comes_back_once_however_many_brokers_look()
    {
        var (farm, held) = await ClaimAsync();
        await farm.LapseAsync(held.Session);
        await Keeper(farm).LookAsync(Jobs.Term, TimeSpan.FromSeconds(10));
        Assert.Equal(SessionPhase.Opening, (await farm.Sessions.FindAsync(held.Session))!.Phase);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Keeper(farm).LookAsync(Jobs.Term, _long)));
        Assert.Equal(SessionPhase.Expired, (await farm.Sessions.FindAsync(held.Session))!.Phase);
        Assert.Single(await farm.EventsAsync(), e => e["kind"] == "session-expired");
        Assert.Empty((await farm.SeatsAsync())["blade0"]);
        var seats = new MachineSeats(farm.Store, farm.Keys);
        Assert.Equal(Heard.NotHeld, await seats.HearAsync(held.Session, held.Fence, shown: true));
    }

    [Fact]
    public async Task A_station_that_falls_silent_loses_the_screen_and_has_it_again_when_it_is_heard_of_again()
    {
        var (farm, held) = await ClaimAsync();
        var seats = new MachineSeats(farm.Store, farm.Keys);
        await seats.HearAsync(held.Session, held.Fence, shown: true);
        await AgeAsync(farm, held.Session, TimeSpan.FromMinutes(1));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Keeper(farm).LookAsync(Jobs.Term, _long)));
        Assert.Equal(SessionPhase.Disconnected, (await farm.Sessions.FindAsync(held.Session))!.Phase);
        Assert.Single(await farm.EventsAsync(), e => e["kind"] == "session-disconnected");
        Assert.Equal(Heard.Active, await seats.HearAsync(held.Session, held.Fence, shown: false));

        await AgeAsync(farm, held.Session, TimeSpan.FromMinutes(1));
        await Keeper(farm).LookAsync(Jobs.Term, _long);
        await AgeAsync(farm, held.Session, TimeSpan.FromMinutes(16));
        await Keeper(farm).LookAsync(Jobs.Term, _long);
        Assert.Equal(SessionPhase.Ended, (await farm.Sessions.FindAsync(held.Session))!.Phase);
        Assert.Empty((await farm.SeatsAsync())["blade0"]);
        Assert.Equal(Heard.NotHeld, await seats.HearAsync(held.Session, held.Fence, shown: false));
    }

    [Fact]
    public async Task A_correction_decided_before_the_station_was_heard_of_is_not_made_after_it()
    {
        var (farm, held) = await ClaimAsync();
        var seats = new MachineSeats(farm.Store, farm.Keys);
        await seats.HearAsync(held.Session, held.Fence, shown: true);
        await AgeAsync(farm, held.Session, TimeSpan.FromMinutes(1));
        var session = (await farm.Sessions.FindAsync(held.Session))!;
        var correction = MachineLife.Decide(session, SeatLedger.Lease, await farm.Sessions.NowAsync(), _long)!;
        await seats.HearAsync(held.Session, held.Fence, shown: false);
        Assert.False(await farm.Ledger.CorrectAsync(correction));
        Assert.Equal(SessionPhase.Active, (await farm.Sessions.FindAsync(held.Session))!.Phase);
    }

    private static MachineKeeper Keeper(LedgerFarm farm) => new(null!, null!, farm.Sessions, farm.Ledger, new MachineCatalogue(new[] { Pc(farm) }.ToFrozenDictionary(machine => machine.Id)), NullLogger<MachineKeeper>.Instance);

    private static Machine Pc(LedgerFarm farm) => new(farm.Pool.Hosts[0], "127.0.0.1", 3389, new string('0', 64));

    private static Task<bool> AgeAsync(LedgerFarm farm, SessionId session, TimeSpan ago) => farm.Store.RunAsync("age", async db =>
    {
        var then = (await farm.Sessions.NowAsync() - ago).ToUnixTimeMilliseconds();
        await db.HashSetAsync(farm.Keys.Session(session), [new("heard", then), new("phase_since", then)]);
        return true;
    });

    private async Task<(LedgerFarm Farm, Claim.Held Held)> ClaimAsync()
    {
        var farm = new LedgerFarm(redis.Store, 1);
        var machine = Pc(farm);
        farm.Pool = farm.Pool with { Kind = PoolKind.Fixed, Machines = [machine] };
        var who = await farm.SignInAsync("amelie", "poste-1");
        var placed = Opening.Decide(new OpeningState(null, null, [new HostChoice(machine.Host, HostHealth.Live, MachineJudgement.Observation(machine), SeatCount.None)]), new OpeningWish("amelie", LedgerFarm.Town, who.SignIn.Serial), 0);
        return (farm, Assert.IsType<Claim.Held>(await farm.Ledger.PlaceAsync(who.SignIn, new VdiBroker.Storage.Presented(who.Secret), farm.Pool, Assert.IsType<OpeningDecision.Place>(placed))));
    }
}
