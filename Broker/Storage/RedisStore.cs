using System.Diagnostics;
using StackExchange.Redis;

namespace VdiBroker.Storage;

/// <summary>
/// The connection to Redis, whichever shape it has, and the one place where its faults become <see cref="StoreOutOfReachException"/>. Every call ends within
/// <see cref="Deadline"/>.
/// </summary>
internal sealed class RedisStore : IAsyncDisposable
{
    /// <summary>The longest that one command may take, reconnection included.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);

    private readonly ConnectionMultiplexer _connection;
    private long _hearingSince = Stopwatch.GetTimestamp();

    private RedisStore(ConnectionMultiplexer connection) => _connection = connection;

    /// <summary>For publishing and subscribing.</summary>
    public ISubscriber Subscriber => _connection.GetSubscriber();

    /// <summary>What Redis runs for a script. A test puts a broken text here, to show that it would be noticed.</summary>
    public Func<Script, string> TextOf { get; set; } = script => script.Text;

    /// <summary>For how long the store has been there without a break, since this process started at most. What is old in it may be so because of a break.</summary>
    public TimeSpan HearingFor => Stopwatch.GetElapsedTime(Interlocked.Read(ref _hearingSince));

    /// <summary>Connects; comes back connected or not, and goes on trying by itself.</summary>
    public static async Task<RedisStore> ConnectAsync(RedisOptions options)
    {
        var configuration = new ConfigurationOptions
        {
            AbortOnConnectFail = false,
            ConnectTimeout = (int)Deadline.TotalMilliseconds,
            SyncTimeout = (int)Deadline.TotalMilliseconds,
            AsyncTimeout = (int)Deadline.TotalMilliseconds,
            HeartbeatInterval = TimeSpan.FromMilliseconds(250),
            ReconnectRetryPolicy = new LinearRetry(100),
            KeepAlive = 5,
            ServiceName = options.SentinelMaster,
            User = options.User,
            Password = options.PasswordFile is { } file ? (await File.ReadAllLinesAsync(file)).FirstOrDefault() : null,
            Ssl = options.Tls,
            ClientName = "vdibroker",
        };
        foreach (var endpoint in options.Endpoints) configuration.EndPoints.Add(endpoint.StartsWith('/') ? "!" + endpoint : endpoint);
        return new RedisStore(await ConnectionMultiplexer.ConnectAsync(configuration));
    }

    /// <summary>Runs one command or a batch of them.</summary>
    /// <param name="doing">What is being done, for messages.</param>
    /// <param name="command">Starts the command; what it starts together goes in one round trip.</param>
    /// <exception cref="StoreOutOfReachException">Redis did not answer in time, or not as it should.</exception>
    public async Task<T> RunAsync<T>(string doing, Func<IDatabase, Task<T>> command)
    {
        try
        {
            return await command(_connection.GetDatabase()).WaitAsync(Deadline);
        }
        catch (Exception fault) when (fault is RedisException or TimeoutException)
        {
            Interlocked.Exchange(ref _hearingSince, Stopwatch.GetTimestamp());
            throw new StoreOutOfReachException(doing, fault);
        }
    }

    /// <summary>Runs one of the broker's scripts atomically.</summary>
    /// <exception cref="StoreOutOfReachException">Redis did not answer in time, or not as it should.</exception>
    public Task<RedisResult> RunScriptAsync(Script script, RedisKey[] keys, RedisValue[] arguments) =>
        RunAsync(script.Name, db => db.ScriptEvaluateAsync(TextOf(script), keys, arguments));

    /// <summary>All keys that fit a glob, on every master, in no order, some perhaps twice: for commands of an operator, never for a person who waits.</summary>
    /// <exception cref="StoreOutOfReachException">Redis did not answer in time, or not as it should.</exception>
    public async Task<IReadOnlyCollection<RedisKey>> KeysAsync(string doing, string glob, CancellationToken cancel)
    {
        var keys = new HashSet<RedisKey>();
        try
        {
            foreach (var server in _connection.GetServers().Where(server => !server.IsReplica))
                await foreach (var key in server.KeysAsync(pattern: glob, pageSize: 1000).WithCancellation(cancel)) keys.Add(key);
            return keys;
        }
        catch (Exception fault) when (fault is RedisException or TimeoutException)
        {
            throw new StoreOutOfReachException(doing, fault);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
