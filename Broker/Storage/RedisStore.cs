using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;

namespace VdiBroker.Storage;

/// <summary>
/// The store, whichever shape it has, and the one place where its faults become <see cref="StoreOutOfReachException"/>. Every call ends within <see cref="Deadline"/>.
/// </summary>
internal sealed class RedisStore : IAsyncDisposable
{
    /// <summary>The longest that one command may take, reconnection included.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);

    private readonly MasterFollower _master;
    private readonly StoreLog _log;
    private readonly GroupCommit? _commits;
    private long _hearingSince = Stopwatch.GetTimestamp();
    private long _heardLine;

    private RedisStore(MasterFollower master, StoreLog log, int replicas)
    {
        (_master, _log) = (master, log);
        if (replicas > 0) _commits = new GroupCommit(master, replicas, log);
    }

    /// <summary>What Redis runs for a script. A test puts a broken one here, to show that it would be noticed.</summary>
    public Func<Script, Script> Runs { get; set; } = script => script;

    /// <summary>For how long the store has been there without a break, since this process started at most. What is old in it may be so because of a break.</summary>
    public TimeSpan HearingFor => Stopwatch.GetElapsedTime(Interlocked.Read(ref _hearingSince));

    /// <summary>Grows when another server has become the master: what was told last may not be there, or be there a second time.</summary>
    public long Line => _master.Number;

    /// <summary>Connects; comes back connected or not, and goes on trying by itself.</summary>
    /// <param name="options">Where it is.</param>
    /// <param name="farm">Whose keys are used: in a Cluster one node keeps them all.</param>
    /// <param name="logger">Told of outages.</param>
    public static async Task<RedisStore> ConnectAsync(RedisOptions options, string farm = "", ILogger<RedisStore>? logger = null)
    {
        var log = new StoreLog(logger ?? NullLogger<RedisStore>.Instance);
        var client = await RedisClient.ReadAsync(options);
        return new RedisStore(await MasterFollower.StartAsync(client, new KeySpace(farm).Counter, log, Deadline), log, options.Waited);
    }

    /// <summary>Calls <paramref name="heard"/> when something is published there, whichever server is the master. It must only ring.</summary>
    public void Listen(RedisChannel channel, Action heard) => _master.Listen(channel, heard);

    /// <summary>Runs one command or a batch of them.</summary>
    /// <param name="doing">What is being done, for messages.</param>
    /// <param name="command">Starts the command; what it starts together goes in one round trip.</param>
    /// <exception cref="StoreOutOfReachException">Redis did not answer in time, or not as it should.</exception>
    /// <exception cref="StoreRefusalException">The command is wrong.</exception>
    public async Task<T> RunAsync<T>(string doing, Func<IDatabase, Task<T>> command)
    {
        var from = Stopwatch.GetTimestamp();
        var call = StoreTelemetry.Begin(doing);
        try
        {
            var line = await _master.LineAsync(Deadline);
            var result = await command(line.Calls.GetDatabase()).WaitAsync(Left(from));
            Heard(line.Number);
            call.End();
            return result;
        }
        catch (Exception fault) when (StoreFault.IsIts(fault))
        {
            call.End(StoreTelemetry.Word(fault));
            throw Told(doing, fault);
        }
    }

    /// <summary>Runs one of the broker's scripts atomically.</summary>
    /// <exception cref="StoreOutOfReachException">Redis did not answer in time, or not as it should.</exception>
    /// <exception cref="StoreRefusalException">The script is wrong.</exception>
    public Task<RedisResult> RunScriptAsync(Script script, RedisKey[] keys, RedisValue[] arguments) =>
        RunAsync(script.Name, db => Runs(script).StartAsync(db, keys, arguments));

    /// <summary>
    /// Runs a script whose result somebody is told: "yours". It comes back when as many replicas have it as the operator wants, so that it is not forgotten by a failover;
    /// as <see cref="RunScriptAsync"/> where there are none.
    /// </summary>
    /// <exception cref="StoreOutOfReachException">Redis did not answer in time, or not as it should, or too few replicas have it: it may have been done, and may last or not. Whoever tries again must find it harmless.</exception>
    /// <exception cref="StoreRefusalException">The script is wrong.</exception>
    public async Task<RedisResult> CommitAsync(Script script, RedisKey[] keys, RedisValue[] arguments)
    {
        if (_commits is null) return await RunScriptAsync(script, keys, arguments);
        var call = StoreTelemetry.Begin(script.Name);
        try
        {
            var result = await _commits.RunAsync(Runs(script), keys, arguments).WaitAsync(Deadline);
            Heard(_master.Number);
            call.End();
            return result;
        }
        catch (Exception fault) when (StoreFault.IsIts(fault))
        {
            call.End(StoreTelemetry.Word(fault));
            throw Told(script.Name, fault);
        }
    }

    /// <summary>After what silence a master is replaced, and after what silence a master cuts a replica off.</summary>
    /// <returns>Each null where nobody says, as where no replica is waited for or the broker's account may not ask.</returns>
    public async Task<(TimeSpan? Master, TimeSpan? Replica)> PatienceAsync()
    {
        var master = await _master.PatienceAsync();
        // The connection for commits alone may ask.
        if (_commits is null) return (master, null);
        try
        {
            var line = await _master.LineAsync(Deadline);
            return (master, (RedisResult[]?)await line.Commits.GetServers()[0].ExecuteAsync("CONFIG", "GET", "repl-timeout").WaitAsync(Deadline) is [_, var seconds] ? TimeSpan.FromSeconds((long)seconds) : null);
        }
        catch (Exception fault) when (StoreFault.IsIts(fault))
        {
            return (master, null);
        }
    }

    /// <summary>All keys that fit a glob, in no order, some perhaps twice: for commands of an operator and jobs, never for a person who waits. In a Cluster a farm's keys are all on its node.</summary>
    /// <exception cref="StoreOutOfReachException">Redis did not answer in time, or not as it should.</exception>
    public async Task<IReadOnlyCollection<RedisKey>> KeysAsync(string doing, string glob, CancellationToken cancel)
    {
        var keys = new HashSet<RedisKey>();
        try
        {
            var line = await _master.LineAsync(Deadline);
            await foreach (var key in line.Calls.GetServers()[0].KeysAsync(pattern: glob, pageSize: 1000).WithCancellation(cancel)) keys.Add(key);
            return keys;
        }
        catch (Exception fault) when (StoreFault.IsIts(fault))
        {
            throw Told(doing, fault);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_commits is not null) await _commits.DisposeAsync();
        await _master.DisposeAsync();
    }

    private static TimeSpan Left(long from) => TimeSpan.FromTicks(Math.Max(1, (Deadline - Stopwatch.GetElapsedTime(from)).Ticks));

    private void Heard(long line)
    {
        _log.Worked();
        if (Interlocked.Exchange(ref _heardLine, line) != line) Interlocked.Exchange(ref _hearingSince, Stopwatch.GetTimestamp());
    }

    private StoreException Told(string doing, Exception fault)
    {
        var told = StoreFault.Of(doing, fault);
        if (told is StoreOutOfReachException)
        {
            Interlocked.Exchange(ref _hearingSince, Stopwatch.GetTimestamp());
            if (StoreFault.IsWrongServer(fault)) _master.Doubt();
        }
        _log.Failed(told);
        return told;
    }
}
