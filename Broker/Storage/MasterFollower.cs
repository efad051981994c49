using System.Collections.Concurrent;
using System.Diagnostics;
using StackExchange.Redis;

namespace VdiBroker.Storage;

/// <summary>
/// Holds the line to the master, whoever that is. One Redis is its own master for good; with Sentinels or a Cluster they are asked twice a second, and at once when
/// a call goes wrong. A line is given up for another server's only when that one is known to be the master by a newer decision: silence is no reason.
/// </summary>
internal sealed class MasterFollower : IAsyncDisposable
{
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan _breath = TimeSpan.FromMilliseconds(50);
    private readonly RedisClient _client;
    private readonly RedisKey _key;
    private readonly StoreLog _log;
    private readonly CancellationTokenSource _ending = new();
    private readonly Bell _bell = new();
    private readonly ConcurrentDictionary<RedisChannel, Action> _listeners = new();
    private readonly TaskCompletionSource _there = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile RedisLine? _line;
    private IMasterFinder? _finder;
    private Task _following = Task.CompletedTask;
    private string _cause = "not connected yet";

    private MasterFollower(RedisClient client, RedisKey key, StoreLog log) => (_client, _key, _log) = (client, key, log);

    /// <summary>Number of the newest line; it grows when another server has become the master. 0 = none yet.</summary>
    public long Number => _line?.Number ?? 0;

    /// <summary>Begins to follow; comes back when a line is there, or after <paramref name="patience"/> without one.</summary>
    public static async Task<MasterFollower> StartAsync(RedisClient client, RedisKey key, StoreLog log, TimeSpan patience)
    {
        var follower = new MasterFollower(client, key, log);
        if (client.Options.IsAlone) await follower.SwitchAsync(client.Options.Endpoints[0], 0);
        else follower._following = follower.FollowAsync();
        await follower._there.Task.WaitAsync(patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return follower;
    }

    /// <summary>The line, waited for when there is none.</summary>
    /// <exception cref="TimeoutException">There is none in time; it says why.</exception>
    public async Task<RedisLine> LineAsync(TimeSpan patience)
    {
        if (_line is { } line) return line;
        await _there.Task.WaitAsync(patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return _line ?? throw new TimeoutException(_cause);
    }

    /// <summary>Calls <paramref name="heard"/> when something is published there, on this and every later line. A bell lost with a line is lost.</summary>
    public void Listen(RedisChannel channel, Action heard)
    {
        _listeners[channel] = heard;
        if (_line is { } line) Subscribe(line, channel, heard);
    }

    /// <summary>A call went wrong: the master is looked for at once.</summary>
    public void Doubt() => _bell.Ring();

    /// <summary>Somebody chooses the master who can be asked; one Redis is its own for good.</summary>
    public bool HasWitnesses => _finder is not null;

    /// <summary>See <see cref="IMasterFinder.PatienceAsync"/>; null for one Redis.</summary>
    public Task<TimeSpan?> PatienceAsync() => _finder?.PatienceAsync() ?? Task.FromResult<TimeSpan?>(null);

    /// <summary>True when most of those who choose it say, asked now, that <paramref name="line"/>'s server is the master.</summary>
    public async Task<bool> IsConfirmedAsync(RedisLine line) => _finder is { } finder && await finder.FindAsync() is { IsByMost: true } found && found.Endpoint == line.Endpoint;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_finder is not null) await _finder.DisposeAsync();
        if (_line is { } line) await line.DisposeAsync();
        _ending.Dispose();
    }

    private async Task FollowAsync()
    {
        _finder = await FinderAsync();
        while (!_ending.IsCancellationRequested)
        {
            var from = Stopwatch.GetTimestamp();
            try
            {
                await LookAsync(_finder);
            }
            catch (Exception fault)
            {
                // Whatever it is, the next look may find the master; without this loop none ever would.
                _cause = $"the master cannot be looked for: {fault.GetType().Name}: {fault.Message}";
            }
            await _bell.HeardAsync(_look, _ending.Token);
            // Many calls go wrong together.
            if (Stopwatch.GetElapsedTime(from) < _breath) await Task.Delay(_breath, CancellationToken.None);
        }
    }

    private async Task<IMasterFinder> FinderAsync()
    {
        var asked = await _client.OpenForQuestionsAsync();
        return _client.Options.SentinelMaster is { } master ? new SentinelFinder(asked, master) : new NodeFinder(asked, _key);
    }

    private async Task LookAsync(IMasterFinder finder)
    {
        var found = await finder.FindAsync();
        if (found.Endpoint is not { } endpoint)
        {
            _cause = found.Cause;
            return;
        }
        var line = _line;
        if (line?.Endpoint == endpoint) return;
        if (line is null || found.Epoch > line.Epoch || found.IsByMost) await SwitchAsync(endpoint, found.Epoch);
    }

    private async Task SwitchAsync(string endpoint, long epoch)
    {
        var before = _line;
        var calls = _client.OpenAsync(endpoint);
        var commits = _client.Options.Waited > 0 ? _client.OpenForCommitsAsync(endpoint) : calls;
        var line = new RedisLine(endpoint, epoch, (before?.Number ?? 0) + 1, await calls, await commits);
        foreach (var (channel, heard) in _listeners) Subscribe(line, channel, heard);
        _line = line;
        _there.TrySetResult();
        if (before is null) return;
        _log.Switched(before.Endpoint, endpoint, epoch);
        // What is still on the way there fails with it: the old master's answers are worth nothing any more.
        await before.DisposeAsync();
    }

    // The client keeps a subscription over breaks, and makes it when the connection comes if there is none yet.
    private static void Subscribe(RedisLine line, RedisChannel channel, Action heard) => line.Calls.GetSubscriber().Subscribe(channel, (_, _) => heard(), CommandFlags.FireAndForget);
}
