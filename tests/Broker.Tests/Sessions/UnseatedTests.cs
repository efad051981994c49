using System.Collections.Frozen;
using Microsoft.Extensions.Logging.Abstractions;
using VdiBroker.Broker.Tests.Storage;
using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Pools;
using VdiBroker.Sessions;
using Xunit;

namespace VdiBroker.Broker.Tests.Sessions;

/// <summary>What lost its seat, on a real Redis: the person must not wait for ever for its end, nor their pool count it.</summary>
[Collection(RedisCollection.Name)]
public sealed class UnseatedTests(RedisFixture redis)
{
    [Theory]
    [InlineData(SessionPhase.Opening, SessionPhase.Lost)]
    [InlineData(SessionPhase.Ending, SessionPhase.Ended)]
    public async Task A_session_that_has_no_seat_and_that_no_host_has_is_over_at_the_second_look_and_its_person_gets_a_new_one(SessionPhase was, SessionPhase becomes)
    {
        var (farm, held) = await ClaimAsync();
        await farm.Store.RunAsync("phase", db => db.HashSetAsync(farm.Keys.Session(held.Session), "phase", was.ToString().ToLowerInvariant()));
        await LoseSeatAsync(farm);
        var finder = Finder(farm);
        await finder.LookAsync(Jobs.Term);
        Assert.Equal(was, (await farm.Sessions.FindAsync(held.Session))!.Phase);
        await finder.LookAsync(Jobs.Term);
        Assert.Equal(becomes, (await farm.Sessions.FindAsync(held.Session))!.Phase);
        Assert.Empty(await farm.Sessions.DesktopsOfAsync(new PersonId("drancy/amelie")));
        Assert.Empty(await farm.Sessions.UnseatedAsync([LedgerFarm.Office]));
        var told = Assert.Single(await farm.EventsAsync(), e => e["kind"] == $"session-{becomes.ToString().ToLowerInvariant()}");
        Assert.Equal((Adoption.SeatMissing, held.Session.Value), (told["cause"], told["session"]));
        Assert.NotEqual(held.Session, Assert.IsType<Claim.Held>(await farm.TryOpenAsync(await farm.SignInAsync("amelie", "poste-b"))).Session);
    }

    [Fact]
    public async Task What_got_its_seat_back_or_is_on_a_silent_host_is_left_alone()
    {
        var (farm, held) = await ClaimAsync();
        await LoseSeatAsync(farm);
        var finder = Finder(farm);
        await finder.LookAsync(Jobs.Term);
        Assert.True(await farm.Adoptions.ReseatAsync((await farm.Sessions.FindAsync(held.Session))!, Adoption.SeatMissing));
        await finder.LookAsync(Jobs.Term);
        await LoseSeatAsync(farm);
        // It is another than at the look before: its host said something of it meanwhile.
        await finder.LookAsync(Jobs.Term);
        await farm.FallSilentAsync("blade0");
        await finder.LookAsync(Jobs.Term);
        Assert.Equal(SessionPhase.Opening, (await farm.Sessions.FindAsync(held.Session))!.Phase);
    }

    [Fact]
    public async Task What_a_pool_counts_and_is_nowhere_is_counted_no_longer()
    {
        var (farm, held) = await ClaimAsync();
        await LoseSeatAsync(farm);
        await farm.Store.RunAsync("lose", db => db.KeyDeleteAsync(farm.Keys.Session(held.Session)));
        Assert.Null(Assert.Single(await farm.Sessions.UnseatedAsync([LedgerFarm.Office])).Session);
        var finder = Finder(farm);
        await finder.LookAsync(Jobs.Term);
        await finder.LookAsync(Jobs.Term);
        Assert.Empty((await farm.Queue.WaitAsync(LedgerFarm.Office, [])).Use);
        var told = Assert.Single(await farm.EventsAsync(), e => e["kind"] == "session-repaired");
        Assert.Equal((Adoption.SessionMissing, held.Session.Value), (told["cause"], told["session"]));
    }

    [Fact]
    public async Task What_runs_on_a_host_that_left_the_city_is_over_once_nobody_has_heard_of_it_for_long()
    {
        var (farm, held) = await ClaimAsync();
        var fewer = new SessionStore(farm.Store, farm.Keys, farm.Board, new HostCatalogue(FrozenDictionary<HostId, SessionHost>.Empty, HealthThresholds.Default));
        var finder = Finder(farm, fewer);
        var longAgo = (DateTimeOffset.UtcNow - SessionStore.HostMemory - TimeSpan.FromMinutes(1)).ToUnixTimeMilliseconds();
        await farm.Store.RunAsync("age", db => db.HashSetAsync(farm.Keys.Session(held.Session), "phase_since", longAgo));
        // It speaks: another broker has a newer city file.
        await finder.LookAsync(Jobs.Term);
        await finder.LookAsync(Jobs.Term);
        Assert.Equal(SessionPhase.Opening, (await farm.Sessions.FindAsync(held.Session))!.Phase);
        await farm.Store.RunAsync("age", db => db.HashSetAsync(farm.Keys.Board(held.Host), "seen", longAgo));
        await finder.LookAsync(Jobs.Term);
        Assert.Equal(SessionPhase.Opening, (await farm.Sessions.FindAsync(held.Session))!.Phase);
        await finder.LookAsync(Jobs.Term);
        Assert.Equal(SessionPhase.Lost, (await farm.Sessions.FindAsync(held.Session))!.Phase);
        Assert.Empty((await farm.Queue.WaitAsync(LedgerFarm.Office, [])).Use);
        Assert.Equal(Adoption.HostGone, Assert.Single(await farm.EventsAsync(), e => e["kind"] == "session-lost")["cause"]);
    }

    [Fact]
    public async Task In_a_sound_ledger_nothing_is_found_not_even_on_a_host_that_is_declared_no_more()
    {
        var (farm, _) = await ClaimAsync();
        Assert.Empty(await farm.Sessions.UnseatedAsync([LedgerFarm.Office]));
        var fewer = new HostCatalogue(FrozenDictionary<HostId, SessionHost>.Empty, HealthThresholds.Default);
        Assert.Empty(await new SessionStore(farm.Store, farm.Keys, farm.Board, fewer).UnseatedAsync([LedgerFarm.Office]));
    }

    private static Task<bool> LoseSeatAsync(LedgerFarm farm) => farm.Store.RunAsync("lose", db => db.HashDeleteAsync(farm.Keys.Seats(new HostId("blade0")), "amelie"));

    private async Task<(LedgerFarm Farm, Claim.Held Held)> ClaimAsync()
    {
        var farm = new LedgerFarm(redis.Store, 1);
        await farm.ReportAllAsync();
        return (farm, Assert.IsType<Claim.Held>(await farm.TryOpenAsync(await farm.SignInAsync("amelie", "poste-a"))));
    }

    private static UnseatedFinder Finder(LedgerFarm farm, SessionStore? sessions = null)
    {
        var pools = new PoolCatalogue(new Dictionary<PoolId, Pool> { [LedgerFarm.Office] = farm.Pool }.ToFrozenDictionary(), []);
        return new(null!, sessions ?? farm.Sessions, farm.Ledger, farm.Adoptions, pools, NullLogger<UnseatedFinder>.Instance);
    }
}
