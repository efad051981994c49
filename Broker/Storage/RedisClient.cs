using StackExchange.Redis;

namespace VdiBroker.Storage;

/// <summary>Opens the client's connections, all with the same patience.</summary>
/// <param name="options">Where the store is, and as whom we speak.</param>
/// <param name="password">Of the servers; null = none.</param>
/// <param name="sentinelPassword">Of the Sentinels; null = none.</param>
internal sealed class RedisClient(RedisOptions options, string? password, string? sentinelPassword)
{
    // One server is what we want, and which one we find out ourselves: the client must not go looking.
    private static readonly HashSet<string> _noCluster = ["CLUSTER"];
    private static readonly HashSet<string> _noPublishing = ["SUBSCRIBE", "PSUBSCRIBE", "UNSUBSCRIBE", "PUNSUBSCRIBE"];

    /// <summary>What the operator wrote.</summary>
    public RedisOptions Options => options;

    /// <summary>Reads the passwords' files.</summary>
    public static async Task<RedisClient> ReadAsync(RedisOptions options) => new(options, await FirstLineAsync(options.PasswordFile), await FirstLineAsync(options.SentinelPasswordFile));

    /// <summary>A connection to one server, for calls and subscriptions. It comes back connected or not, and goes on trying.</summary>
    public Task<ConnectionMultiplexer> OpenAsync(string endpoint)
    {
        var configuration = Servers([endpoint]);
        configuration.CommandMap = CommandMap.Create(_noCluster, available: false);
        return ConnectionMultiplexer.ConnectAsync(configuration);
    }

    /// <summary>A connection to one server for commits alone, of which only one waits at a time.</summary>
    public Task<ConnectionMultiplexer> OpenForCommitsAsync(string endpoint)
    {
        var configuration = Servers([endpoint]);
        configuration.CommandMap = CommandMap.Create([.. _noCluster, .. _noPublishing], available: false);
        // The client's word for CLIENT SETNAME and ROLE.
        configuration.AllowAdmin = true;
        return ConnectionMultiplexer.ConnectAsync(configuration);
    }

    /// <summary>Connections to all servers that were named, to ask them who the master is.</summary>
    public Task<ConnectionMultiplexer> OpenForQuestionsAsync()
    {
        var configuration = options.SentinelMaster is null ? Servers(options.Endpoints) : Sentinels();
        configuration.ConnectTimeout = 500;
        configuration.BacklogPolicy = BacklogPolicy.FailFast;
        // The client's word for CLUSTER NODES, which only reads.
        configuration.AllowAdmin = true;
        return ConnectionMultiplexer.ConnectAsync(configuration);
    }

    private ConfigurationOptions Servers(IEnumerable<string> endpoints)
    {
        var configuration = Patient(endpoints);
        (configuration.User, configuration.Password) = (options.User, password);
        return configuration;
    }

    private ConfigurationOptions Sentinels()
    {
        var configuration = Patient(options.Endpoints);
        (configuration.User, configuration.Password, configuration.CommandMap) = (options.SentinelUser, sentinelPassword, CommandMap.Sentinel);
        return configuration;
    }

    private ConfigurationOptions Patient(IEnumerable<string> endpoints)
    {
        var configuration = new ConfigurationOptions
        {
            AbortOnConnectFail = false,
            ConnectTimeout = (int)RedisStore.Deadline.TotalMilliseconds,
            ConnectRetry = 1,
            SyncTimeout = (int)RedisStore.Deadline.TotalMilliseconds,
            AsyncTimeout = (int)RedisStore.Deadline.TotalMilliseconds,
            HeartbeatInterval = TimeSpan.FromMilliseconds(250),
            ReconnectRetryPolicy = new LinearRetry(100),
            KeepAlive = 5,
            Ssl = options.Tls,
            ClientName = "vdibroker",
            ConfigurationChannel = "",
            TieBreaker = "",
        };
        foreach (var endpoint in endpoints) configuration.EndPoints.Add(endpoint.StartsWith('/') ? "!" + endpoint : endpoint);
        return configuration;
    }

    private static async Task<string?> FirstLineAsync(string? file) => file is null ? null : (await File.ReadAllLinesAsync(file)).FirstOrDefault();
}
