using VdiBroker.Trust;

namespace VdiBroker.Storage;

/// <summary>Where the store is. Part of <c>broker.json</c>.</summary>
internal sealed record RedisOptions
{
    /// <summary>Servers as <c>address:port</c> or a unix socket's path: one Redis, its Sentinels, or nodes of a Cluster (two at least; those that are not named are found).</summary>
    public IReadOnlyList<string> Endpoints { get; set; } = [];

    /// <summary>Name of the master as the Sentinels know it; null = no Sentinel.</summary>
    public string? SentinelMaster { get; set; }

    /// <summary>Account of Redis' access lists; null = the default account.</summary>
    public string? User { get; set; }

    /// <summary>File whose first line is the password; null = none.</summary>
    public string? PasswordFile { get; set; }

    /// <summary>Account at the Sentinels; null = the default account.</summary>
    public string? SentinelUser { get; set; }

    /// <summary>File whose first line is the Sentinels' password; null = none.</summary>
    public string? SentinelPasswordFile { get; set; }

    /// <summary>Speak TLS.</summary>
    public bool Tls { get; set; }

    /// <summary>How many replicas must have what a person was told; null = 1 where there are Sentinels or a Cluster, else 0.</summary>
    public int? WaitReplicas { get; set; }

    /// <summary><see cref="WaitReplicas"/>, decided.</summary>
    public int Waited => WaitReplicas ?? (IsAlone ? 0 : 1);

    /// <summary>One server, which is its own master for good.</summary>
    public bool IsAlone => SentinelMaster is null && Endpoints.Count == 1;

    /// <summary>The same with its files' paths starting at <paramref name="folder"/>.</summary>
    public RedisOptions From(string folder) => this with
    {
        PasswordFile = PasswordFile is null ? null : Path.GetFullPath(PasswordFile, folder),
        SentinelPasswordFile = SentinelPasswordFile is null ? null : Path.GetFullPath(SentinelPasswordFile, folder),
    };

    /// <summary>Every fault, for the start of the broker.</summary>
    public IEnumerable<string> Faults()
    {
        if (Endpoints.Count == 0) yield return "redis.endpoints: give at least one address:port, or leave 'redis' out for the broker's own store";
        if (PasswordFile is { } file && NamedFile.Fault("redis.passwordFile", file) is { } unread) yield return unread;
        if (SentinelPasswordFile is { } sentinel && NamedFile.Fault("redis.sentinelPasswordFile", sentinel) is { } hidden) yield return hidden;
        if (WaitReplicas is < 0 or > 9) yield return "redis.waitReplicas: must be between 0 and 9";
        if (SentinelMaster is "") yield return "redis.sentinelMaster: give the master's name as the Sentinels know it ('sentinel monitor NAME …'), or leave it out";
    }
}
