using System.Diagnostics;
using VdiBroker.City.Brokers;
using VdiBroker.City.Processes;
using VdiBroker.Storage;
using Xunit;

namespace VdiBroker.Broker.Tests.Storage;

/// <summary>What the fault tests ask of a store.</summary>
internal static class FaultStores
{
    public const string Farm = "seine";

    public static readonly KeySpace Keys = new(Farm);

    private static readonly Script _clock = new("read_clock");

    public static Task<RedisStore> ConnectAsync(StoreAddress address, string farm = Farm) => RedisStore.ConnectAsync(Options(address), farm);

    public static RedisOptions Options(StoreAddress address) => new() { Endpoints = address.Endpoints, SentinelMaster = address.SentinelMaster, WaitReplicas = address.WaitReplicas };

    /// <summary>Listens to the doorbell and shows that it rings.</summary>
    public static async Task<Bell> BellAsync(RedisStore store, Action<string> say)
    {
        var bell = new Bell();
        store.Listen(Keys.Doorbell, bell.Ring);
        await WorksAsync(store, say);
        await RingsAsync(store, bell);
        return bell;
    }

    /// <summary>Waits until the store works again, and its doorbell; meanwhile no call takes longer than it may, and each that fails fails as an outage.</summary>
    /// <param name="store">The store.</param>
    /// <param name="bell">Its doorbell.</param>
    /// <param name="failedOver">Waits until the servers have agreed on another master, which may take them two votes.</param>
    /// <param name="say">Told of each step.</param>
    public static async Task BackAsync(RedisStore store, Bell bell, Func<Task> failedOver, Action<string> say)
    {
        var clock = Stopwatch.StartNew();
        var voting = VotedAsync();
        await Assert.ThrowsAsync<StoreOutOfReachException>(() => TryAsync(store));
        await WorksAsync(store, say);
        say($"back after {clock.ElapsedMilliseconds} ms");
        await RingsAsync(store, bell);
        say($"its bell rings after {clock.ElapsedMilliseconds} ms");
        Assert.InRange(clock.Elapsed - await voting, TimeSpan.MinValue, TimeSpan.FromSeconds(10));

        async Task<TimeSpan> VotedAsync()
        {
            await failedOver();
            return clock.Elapsed;
        }
    }

    /// <summary>Waits until a script is run and a key written.</summary>
    public static async Task WorksAsync(RedisStore store, Action<string> say)
    {
        var clock = Stopwatch.StartNew();
        for (var tries = 1; ; tries++)
        {
            Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(40));
            try
            {
                await TryAsync(store);
                say($"worked at try {tries}, after {clock.ElapsedMilliseconds} ms");
                return;
            }
            catch (StoreOutOfReachException fault)
            {
                say($"{clock.ElapsedMilliseconds} ms: {fault.Message[..Math.Min(160, fault.Message.Length)]}");
            }
        }
    }

    private static async Task TryAsync(RedisStore store)
    {
        var clock = Stopwatch.StartNew();
        try
        {
            await store.RunScriptAsync(_clock, [Keys.Counter], []);
            await store.RunAsync("write", db => db.StringSetAsync(Keys.Counter, 1));
        }
        finally
        {
            Assert.InRange(clock.Elapsed, TimeSpan.Zero, 2 * RedisStore.Deadline + TimeSpan.FromSeconds(1));
        }
    }

    private static async Task RingsAsync(RedisStore store, Bell bell)
    {
        await Eventually.HoldsAsync("doorbell", TimeSpan.FromSeconds(10), async () =>
        {
            await store.RunAsync("ring", db => db.ScriptEvaluateAsync("return redis.call('PUBLISH', ARGV[1], 'test')", [Keys.Counter], [Keys.Doorbell.ToString()]));
            return await bell.HeardAsync(TimeSpan.FromMilliseconds(200), CancellationToken.None);
        });
    }
}
