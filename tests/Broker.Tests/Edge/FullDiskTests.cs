using System.Diagnostics;
using VdiBroker.City.Brokers;
using VdiBroker.City.Processes;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;
using Xunit;
using Xunit.Abstractions;

namespace VdiBroker.Broker.Tests.Edge;

/// <summary>The store's disk is full, for real: what people, operators and the log are told, that nothing is half done, and that it goes on by itself.</summary>
[Collection(OtherTownCollection.Name)]
public sealed class FullDiskTests(Town town, ITestOutputHelper said) : IAsyncLifetime
{
    private const string Amelie = "amelie.durand";
    private readonly string _folder = System.IO.Directory.CreateTempSubdirectory("vdi-full-disk-").FullName;
    private SmallDisk _disk = null!;

    public async Task InitializeAsync()
    {
        File.SetUnixFileMode(_folder, (UnixFileMode)Convert.ToInt32("755", 8));
        _disk = await SmallDisk.MountAsync(Path.Combine(_folder, "disk"), 4);
    }

    public async Task DisposeAsync()
    {
        await _disk.DisposeAsync();
        System.IO.Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_full_disk_is_told_as_such_nothing_is_half_done_and_with_space_again_it_goes_on_by_itself()
    {
        await using var redis = await RedisNode.StartAloneAsync(Path.Combine(_disk.Folder, "redis"), "127.0.0.1");
        await using var broker = await town.StartOnAsync("full-disk", 70, redis.Endpoint);
        await using var agent = await AgentPeer.AttachAsync(town, broker, "blade1");
        using var station = await StationPeer.ConnectAsync(town, broker, "poste-a");
        using var other = await StationPeer.ConnectAsync(town, broker, "poste-b");
        var signIn = (await station.SignInAsync(town, Amelie)).SignIn;
        var desktop = await station.OpenAsync(signIn);
        Assert.Equal(VdiBroker.Protocol.Host.V1.Redemption.Granted, await agent.RedeemAsync(Amelie, desktop.Ticket));
        await agent.ObserveAsync(AgentPeer.Seen(Amelie, connected: true));
        await station.NoticeAsync(signIn, desktop, SessionState.Active);
        using var follow = station.Calls.Follow(new FollowRequest { SignIn = signIn, SessionId = desktop.SessionId, Fence = desktop.Fence });
        Assert.True(await follow.ResponseStream.MoveNext(CancellationToken.None));
        var karim = town.Only("drancy", "agents", 3);
        await other.SignInAsync(town, karim);

        var clock = Stopwatch.StartNew();
        _disk.Fill();
        // Its agent's reports are what fills the last page.
        await Eventually.HoldsAsync("the store refuses to write", Peers.Patience, async () =>
        {
            _disk.Fill();
            return await redis.InfoAsync("persistence", "aof_last_write_status") == "err";
        });
        var before = await StateAsync(redis);
        var refusal = await Peers.RefusalAsync(() => other.SignInAsync(town, karim));
        said.WriteLine($"the station is told: {refusal.Text} (after {refusal.RetryAfter})");
        Assert.Equal((ErrorCode.StoreOutOfReach, Retry.OtherBroker), (refusal.Code, refusal.Retry));
        Assert.NotNull(refusal.RetryAfter);
        Assert.Equal(before, await StateAsync(redis));
        await Eventually.HoldsAsync("the log says it", Peers.Patience, () => broker.Log().Contains("its disk is full or refuses writes: free some space there", StringComparison.Ordinal));
        var check = await broker.OperatorAsync("check");
        Assert.Contains("cannot write to its disk, and refuses every change until it can", check.Output, StringComparison.Ordinal);
        // Nobody who sits at a desktop notices.
        Assert.Null(agent.Ended);

        said.WriteLine($"{clock.Elapsed.TotalSeconds:0.0} s: full, told and checked");
        _disk.Free();
        clock.Restart();
        await Eventually.HoldsAsync("people sign in again", Peers.Patience, async () => (await other.SignInAsync(town, karim)).SignIn.Length > 0);
        said.WriteLine($"signed in {clock.Elapsed.TotalSeconds:0.0} s after there was space");
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        await Eventually.HoldsAsync("the log says that it is back", Peers.Patience, () => broker.Log().Contains("the store is back after", StringComparison.Ordinal));
        await agent.ObserveAsync(AgentPeer.Seen(Amelie, connected: false));
        Assert.True(await follow.ResponseStream.MoveNext(CancellationToken.None));

        said.WriteLine($"{clock.Elapsed.TotalSeconds:0.0} s: told of the new state");
        // What was told is on the disk, too.
        var last = await other.SignInAsync(town, karim);
        await Eventually.HoldsAsync("the file is synced", Peers.Patience, async () => await redis.InfoAsync("persistence", "aof_pending_bio_fsync") == "0");
        said.WriteLine($"{clock.Elapsed.TotalSeconds:0.0} s: synced");
        await redis.KillAsync();
        await redis.StartAsync();
        await Eventually.HoldsAsync("the sign-in of before", Peers.Patience, async () => (await other.OpenAsync(last.SignIn)).SessionId.Length > 0);
        said.WriteLine($"{clock.Elapsed.TotalSeconds:0.0} s: a desktop for a sign-in of before the restart");
        Assert.Equal(desktop.SessionId, (await station.OpenAsync(signIn)).SessionId);
    }

    // Seats, sessions and sign-ins, as far as a half-done change would show: how many there are, and the counter from which each takes its number.
    private static async Task<string> StateAsync(RedisNode redis)
    {
        var names = (await redis.AskAsync("keys", "vdi:{test}:*")).Split('\n').Where(key => key.Contains(":session:", StringComparison.Ordinal) || key.Contains(":sign-in:", StringComparison.Ordinal) || key.Contains(":ticket:", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
        return $"{await redis.AskAsync("get", "vdi:{test}:counter")} {await redis.AskAsync("hgetall", "vdi:{test}:host:blade1:seats")} {string.Join(' ', names)}";
    }
}
