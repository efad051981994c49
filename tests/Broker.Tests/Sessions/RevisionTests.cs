using VdiBroker.Broker.Tests.Storage;
using VdiBroker.Sessions;
using Xunit;

namespace VdiBroker.Broker.Tests.Sessions;

/// <summary>A session's revision names one content of its row and no other, whatever the store has lost since, on a real Redis.</summary>
[Collection(RedisCollection.Name)]
public sealed class RevisionTests(RedisFixture redis)
{
    [Fact]
    public async Task What_was_decided_on_a_write_that_a_killed_store_has_lost_is_not_committed_on_the_next_one()
    {
        var (farm, held) = await OpenAsync();
        var kept = await redis.Store.RunAsync("what is on disk", db => db.HashGetAllAsync(farm.Keys.Session(held.Session)));
        await BecomesAsync(farm, held, SessionPhase.Active);
        var lost = await NowAsync(farm, held);
        await redis.Store.RunAsync("killed, and back", async db =>
        {
            await db.KeyDeleteAsync(farm.Keys.Session(held.Session));
            await db.HashSetAsync(farm.Keys.Session(held.Session), kept);
            return true;
        });
        await BecomesAsync(farm, held, SessionPhase.Disconnected);
        Assert.False(await farm.Ledger.CorrectAsync(new Correction(lost, SessionPhase.Ended, "test")));
        Assert.Equal(SessionPhase.Disconnected, (await NowAsync(farm, held)).Phase);
    }

    [Fact]
    public async Task It_is_never_behind_the_store_s_clock()
    {
        var begun = await ClockAsync();
        var (farm, held) = await OpenAsync();
        Assert.InRange((await NowAsync(farm, held)).Revision, begun, await ClockAsync());
        var since = await ClockAsync();
        await BecomesAsync(farm, held, SessionPhase.Active);
        Assert.InRange((await NowAsync(farm, held)).Revision, since, await ClockAsync());
    }

    [Fact]
    public async Task Beside_brokers_of_before_which_count_it_still_grows()
    {
        var (farm, held) = await OpenAsync();
        // A row of theirs, and what it becomes here, and there again.
        await SetAsync(farm, held, 7);
        await BecomesAsync(farm, held, SessionPhase.Active);
        var ours = (await NowAsync(farm, held)).Revision;
        Assert.True(ours > 1_000_000_000_000_000);
        var theirs = await redis.Store.RunAsync("as before", db => db.HashIncrementAsync(farm.Keys.Session(held.Session), "revision"));
        Assert.Equal(ours + 1, theirs);
        await BecomesAsync(farm, held, SessionPhase.Disconnected);
        Assert.True((await NowAsync(farm, held)).Revision > theirs);
    }

    [Fact]
    public async Task It_grows_where_another_server_s_clock_was_ahead_and_no_digit_is_lost()
    {
        var (farm, held) = await OpenAsync();
        var ahead = await ClockAsync() + 3_600_000_001;
        await SetAsync(farm, held, ahead);
        await BecomesAsync(farm, held, SessionPhase.Active);
        Assert.Equal(ahead + 1, (await NowAsync(farm, held)).Revision);
    }

    private async Task<(LedgerFarm Farm, Claim.Held Held)> OpenAsync()
    {
        var farm = new LedgerFarm(redis.Store, 1);
        await farm.ReportAllAsync();
        return (farm, Assert.IsType<Claim.Held>(await farm.TryOpenAsync(await farm.SignInAsync("amelie", "poste-a"))));
    }

    private static async Task<Session> NowAsync(LedgerFarm farm, Claim.Held held) => (await farm.Sessions.FindAsync(held.Session))!;

    private static async Task BecomesAsync(LedgerFarm farm, Claim.Held held, SessionPhase phase) =>
        Assert.True(await farm.Ledger.CorrectAsync(new Correction(await NowAsync(farm, held), phase, "test")));

    private Task<bool> SetAsync(LedgerFarm farm, Claim.Held held, long revision) =>
        redis.Store.RunAsync("revision", db => db.HashSetAsync(farm.Keys.Session(held.Session), "revision", revision));

    // By the server, as the scripts see it.
    private Task<long> ClockAsync() => redis.Store.RunAsync("clock", async db => (long)await db.ScriptEvaluateAsync("local t = redis.call('TIME') return t[1] * 1000000 + t[2]"));
}
