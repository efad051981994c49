using StackExchange.Redis;

namespace VdiBroker.Storage;

/// <summary>Tells the outages among the store's errors from the bugs, and says of each outage what an operator does about it.</summary>
internal static class StoreFault
{
    // Redis' own words, first in an error; Redis 6 puts them behind the script's name.
    private static readonly Dictionary<string, string> _outages = new(StringComparer.Ordinal)
    {
        ["MISCONF"] = "its disk is full or refuses writes: free some space there, or mend the disk; it goes on by itself",
        ["OOM"] = "its memory is used up (maxmemory): give it more; it goes on by itself",
        ["NOREPLICAS"] = "too few of its replicas are there (min-replicas-to-write): start them",
        ["READONLY"] = "it is a replica now: the new master is being looked for",
        ["MASTERDOWN"] = "its master is gone: a new one is being chosen",
        ["LOADING"] = "it has been restarted and reads its files",
        ["CLUSTERDOWN"] = "the cluster has too few masters, or nobody keeps this farm's keys: start its nodes",
        ["MOVED"] = "another node of the cluster keeps this farm's keys now: it is being looked for",
        ["ASK"] = "this farm's keys are on the way to another node of the cluster",
        ["TRYAGAIN"] = "this farm's keys are on the way to another node of the cluster",
        ["UNBLOCKED"] = "it has just become a replica: the new master is being looked for",
        ["BUSY"] = "a script runs far too long there",
        ["NOSCRIPT"] = "it was restarted a moment ago",
        ["NOAUTH"] = "it wants a password: name the file as redis.passwordFile in broker.json",
        ["WRONGPASS"] = "it refuses the account or its password: correct redis.user and redis.passwordFile in broker.json",
        ["NOPERM"] = "it does not let the broker's account do this: correct its access list",
        ["ERR max number of clients reached"] = "it takes no more connections (maxclients)",
    };

    /// <summary>True for what the client throws; anything else is no matter of the store's.</summary>
    public static bool IsIts(Exception fault) => fault is RedisException or TimeoutException or ObjectDisposedException;

    /// <summary>The exception to throw instead.</summary>
    public static StoreException Of(string doing, Exception fault) => fault switch
    {
        // Only a line that was given up is disposed of while it is used.
        ObjectDisposedException => new StoreOutOfReachException(doing, new TimeoutException("another server became the master meanwhile", fault)),
        _ when IsBug(fault) => new StoreRefusalException(doing, fault),
        _ => new StoreOutOfReachException(doing, fault),
    };

    /// <summary>What an operator does about an outage; empty = look whether it runs.</summary>
    public static string Cure(Exception fault) => WordOf(fault) is { } word ? _outages[word] : "";

    /// <summary>Redis' word for it, or the kind of exception where Redis said nothing.</summary>
    public static string KindOf(Exception fault) => WordOf(fault) ?? fault.GetType().Name;

    /// <summary>The server that we talk to is not the master, or may no longer be.</summary>
    public static bool IsWrongServer(Exception fault) => fault is not RedisServerException || WordOf(fault) is "READONLY" or "MOVED" or "ASK" or "MASTERDOWN" or "CLUSTERDOWN" or "UNBLOCKED" or "NOREPLICAS";

    // Commands that the client itself refuses to send are wrong, except for one that it finds no master for.
    private static bool IsBug(Exception fault) => fault switch
    {
        RedisServerException => WordOf(fault) is null,
        RedisCommandException => !fault.Message.Contains("replica", StringComparison.OrdinalIgnoreCase),
        _ => false,
    };

    private static string? WordOf(Exception fault) => fault is not RedisServerException ? null
        : _outages.Keys.FirstOrDefault(word => fault.Message.StartsWith(word, StringComparison.Ordinal) || fault.Message.Contains("-" + word + " ", StringComparison.Ordinal)
            || fault.Message.Contains(": " + word + " ", StringComparison.Ordinal));
}
