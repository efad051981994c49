namespace VdiBroker.Storage;

/// <summary>Where the store is. Part of <c>broker.json</c>.</summary>
internal sealed record RedisOptions
{
    /// <summary>Servers as <c>address:port</c> or a unix socket's path: one Redis, its Sentinels, or any nodes of a Cluster.</summary>
    public IReadOnlyList<string> Endpoints { get; init; } = [];

    /// <summary>Name of the master as the Sentinels know it; null = no Sentinel.</summary>
    public string? SentinelMaster { get; init; }

    /// <summary>Account of Redis' access lists; null = the default account.</summary>
    public string? User { get; init; }

    /// <summary>File whose first line is the password; null = none.</summary>
    public string? PasswordFile { get; init; }

    /// <summary>Speak TLS.</summary>
    public bool Tls { get; init; }

    /// <summary>Every fault, for the start of the broker.</summary>
    public IEnumerable<string> Faults()
    {
        if (Endpoints.Count == 0) yield return "redis.endpoints: give at least one address:port, or leave 'redis' out for the broker's own store";
        if (PasswordFile is { } file && !File.Exists(file)) yield return $"redis.passwordFile: {file} is not there";
    }
}
