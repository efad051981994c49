using CsCheck;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;
using VdiBroker.Broker.Tests.Sessions;
using VdiBroker.City.Processes;
using VdiBroker.Storage;
using Xunit;

namespace VdiBroker.Broker.Tests.Storage;

/// <summary>Who does a job that one broker at a time does, on a real Redis.</summary>
[Collection(RedisCollection.Name)]
public sealed class JobLeaseTests(RedisFixture redis)
{
    private abstract record Command
    {
        public sealed record Hold(int Who) : Command;

        public sealed record GiveUp(int Who) : Command;

        /// <summary>Nobody renews for longer than the lease.</summary>
        public sealed record Lapse : Command;

        /// <summary>The store is emptied.</summary>
        public sealed record Forget : Command;
    }

    private static readonly Gen<Command> _command = Gen.Frequency(
        (6, Gen.Int[0, 2].Select(who => (Command)new Command.Hold(who))),
        (2, Gen.Int[0, 2].Select(who => (Command)new Command.GiveUp(who))),
        (2, Gen.Const((Command)new Command.Lapse())),
        (1, Gen.Const((Command)new Command.Forget())));

    [Fact]
    public async Task The_scripts_do_what_the_model_says() => await _command.Array[1, 30].SampleAsync(async commands =>
    {
        var key = LedgerFarm.NextKeys().Job("test");
        var leases = Enumerable.Range(0, 3).Select(who => new JobLease(redis.Store, key, $"broker{who}")).ToArray();
        // Which term each believes to have; 0 = none.
        var believed = new long[3];
        var (holder, running, newest) = (-1, 0L, 0L);
        foreach (var command in commands)
        {
            switch (command)
            {
                case Command.Hold(var who):
                    var term = await leases[who].HoldAsync();
                    believed[who] = term?.Fence ?? 0;
                    if (holder >= 0 && holder != who) Assert.Null(term);
                    else
                    {
                        Assert.Equal(holder != who, term!.Value.IsNew);
                        if (holder == who) Assert.Equal(running, term.Value.Fence);
                        else Assert.True(term.Value.Fence > newest);
                        (holder, running, newest) = (who, term.Value.Fence, term.Value.Fence);
                    }
                    break;
                case Command.GiveUp(var who):
                    await leases[who].GiveUpAsync();
                    if (holder == who && believed[who] == running) holder = -1;
                    believed[who] = 0;
                    break;
                case Command.Lapse:
                    await LapseAsync(key);
                    holder = -1;
                    break;
                case Command.Forget:
                    await redis.Store.RunAsync("forget", db => db.KeyDeleteAsync(key));
                    holder = -1;
                    break;
            }
        }
    }, iter: 100, threads: 2);

    [Fact]
    public async Task Whoever_was_frozen_over_the_end_of_the_lease_has_lost_it_and_knows_by_its_own_clock()
    {
        var key = LedgerFarm.NextKeys().Job("test");
        var (old, next) = (new JobLease(redis.Store, key, "old"), new JobLease(redis.Store, key, "next"));
        var before = (await old.HoldAsync())!.Value;
        Assert.Null(await next.HoldAsync());
        await LapseAsync(key);
        var now = (await next.HoldAsync())!.Value;
        Assert.True(now.Fence > before.Fence);
        Assert.Null(await old.HoldAsync());
        await old.GiveUpAsync();
        Assert.Equal(now.Fence, (await next.HoldAsync())!.Value.Fence);
        Assert.True(Jobs.Term.IsHeld);
        Assert.False(Jobs.Over.IsHeld);
    }

    [Fact]
    public async Task Of_many_runners_one_does_the_job_and_when_it_stops_another_does_within_a_moment()
    {
        var keys = LedgerFarm.NextKeys();
        var looks = new int[3];
        var stops = Enumerable.Range(0, 3).Select(_ => new CancellationTokenSource()).ToArray();
        var running = Enumerable.Range(0, 3).Select(who => new SingleRunner(redis.Store, keys, NullLogger<SingleRunner>.Instance).RunAsync("test", TimeSpan.FromMilliseconds(50), _ =>
        {
            Interlocked.Increment(ref looks[who]);
            return Task.CompletedTask;
        }, stops[who].Token)).ToArray();
        for (var round = 0; round < 2; round++)
        {
            await Eventually.HoldsAsync("somebody looks", TimeSpan.FromSeconds(20), () => looks.Max() > 10);
            var one = Array.IndexOf(looks, looks.Max());
            // Its own go on while they are read.
            Assert.All(looks.Index().Where(other => other.Index != one), other => Assert.Equal(0, other.Item));
            await stops[one].CancelAsync();
            await running[one];
            looks[one] = 0;
        }
        await Task.WhenAll(stops.Select(stop => stop.CancelAsync()));
        await Task.WhenAll(running);
    }

    [Fact]
    public async Task A_job_goes_on_after_an_outage_and_a_bell_wakes_only_whoever_holds_it()
    {
        var keys = LedgerFarm.NextKeys();
        using var stop = new CancellationTokenSource();
        var (holding, other) = (new Bell(), new Bell());
        var (looks, others) = (0, 0);
        var first = new SingleRunner(redis.Store, keys, NullLogger<SingleRunner>.Instance).RunAsync("test", TimeSpan.FromHours(1), _ =>
        {
            if (Interlocked.Increment(ref looks) == 1) throw new StoreOutOfReachException("test", new TimeoutException("gone"));
            return Task.CompletedTask;
        }, stop.Token, holding);
        await Eventually.HoldsAsync("the first look", TimeSpan.FromSeconds(5), () => looks == 1);
        var second = new SingleRunner(redis.Store, keys, NullLogger<SingleRunner>.Instance).RunAsync("test", TimeSpan.FromHours(1), _ =>
        {
            Interlocked.Increment(ref others);
            return Task.CompletedTask;
        }, stop.Token, other);
        await Eventually.HoldsAsync("a look for the bell", TimeSpan.FromSeconds(5), () =>
        {
            holding.Ring();
            other.Ring();
            return looks > 3;
        });
        Assert.Equal(0, others);
        await stop.CancelAsync();
        await Task.WhenAll(first, second);
    }

    private Task<bool> LapseAsync(RedisKey key) => redis.Store.RunAsync("lapse", async db =>
    {
        if (await db.KeyExistsAsync(key)) await db.HashSetAsync(key, "until", 1);
        return true;
    });
}
