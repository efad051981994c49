using System.Diagnostics;
using System.Globalization;
using VdiBroker.Checks;

namespace VdiBroker.Storage;

/// <summary>Tries the store: that it answers, what version it is, and that it throws nothing away.</summary>
internal static class StoreCheck
{
    private const string What = "store";
    private static readonly TimeSpan _remembered = TimeSpan.FromDays(7);
    private static readonly TimeSpan _least = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(15);
    private static readonly Version Oldest = new(6, 2);
    private static readonly Script _state = new("read_state");

    /// <summary>Comes back when it answers. Not by PING: a Redis whose disk is full refuses that.</summary>
    /// <exception cref="StoreException">It does not.</exception>
    public static Task ReachAsync(RedisStore store) => store.RunAsync("reach the store", db => db.ExecuteAsync("TIME"));

    /// <summary>Tries a store that was reached.</summary>
    /// <param name="store">Connected.</param>
    /// <param name="where">Its address, for the findings.</param>
    /// <param name="waited">How many replicas must have what people are told.</param>
    public static async Task<IReadOnlyList<CheckFinding>> RunAsync(RedisStore store, string where, int waited)
    {
        var clock = Stopwatch.StartNew();
        await ReachAsync(store);
        var took = clock.Elapsed.TotalMilliseconds;
        var said = (await store.RunScriptAsync(_state, [], [])).ToString().Split('\n', StringSplitOptions.TrimEntries)
            .Select(line => line.Split(':', 2)).Where(pair => pair.Length == 2).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        return
        [
            CheckFinding.Good(What, where, string.Create(CultureInfo.InvariantCulture, $"answers, in {took:0.0} ms")),
            Age(where, said.GetValueOrDefault("redis_version", "")),
            Eviction(where, said.GetValueOrDefault("maxmemory_policy", "noeviction"), said.GetValueOrDefault("maxmemory", "0")),
            Safety(where, said),
            .. Disk(where, said),
            .. Replicas(where, said, waited),
            .. waited == 0 ? [] : Patience(where, await store.PatienceAsync()),
        ];
    }

    /// <summary>Whether it was emptied lately.</summary>
    public static async Task<IReadOnlyList<CheckFinding>> BirthAsync(RedisStore store, KeySpace keys, string where, DateTimeOffset now) =>
        await BirthMark.LastEmptiedAsync(store, keys) is { } at && now - at < _remembered
            ? [CheckFinding.Warning(What, where, string.Create(CultureInfo.InvariantCulture, $"was emptied, or another was put in its place, at {at:u}"), "people's own settings, assignments and records are gone: bring back a copy if there is one, see the runbook store-emptied; this is said for 7 days")]
            : [];

    /// <summary>The finding for a store that does not answer.</summary>
    public static CheckFinding OutOfReach(string where, string cause) =>
        CheckFinding.Bad(What, where, cause, "start it, or correct 'redis' in broker.json; without it nobody can sign in, and desktops on screens go on");

    private static CheckFinding Age(string where, string text) => Version.TryParse(text, out var version) && version >= Oldest
        ? CheckFinding.Good(What, where, $"is Redis {text}")
        : CheckFinding.Bad(What, where, $"is Redis '{text}'", $"use at least {Oldest}");

    private static CheckFinding Eviction(string where, string policy, string most) => policy switch
    {
        "noeviction" => CheckFinding.Good(What, where, "throws nothing away by itself (maxmemory-policy noeviction)"),
        _ when most == "0" => CheckFinding.Warning(What, where, $"would throw away what it likes if maxmemory were set (maxmemory-policy {policy})", "set maxmemory-policy to noeviction"),
        _ when policy.StartsWith("allkeys", StringComparison.Ordinal) => CheckFinding.Bad(What, where, $"throws away what it likes when memory is short (maxmemory-policy {policy})", "set maxmemory-policy to noeviction: seats and profiles must not vanish"),
        _ => CheckFinding.Warning(What, where, $"throws away sign-ins and tickets when memory is short (maxmemory-policy {policy})", "set maxmemory-policy to noeviction"),
    };

    private static CheckFinding Safety(string where, Dictionary<string, string> said) => (said.GetValueOrDefault("aof_enabled") == "1", said.GetValueOrDefault("connected_slaves", "0") != "0") switch
    {
        (true, _) => CheckFinding.Good(What, where, "keeps what it was told over a restart (append-only file)"),
        (false, true) => CheckFinding.Warning(What, where, "has replicas and no append-only file: a power cut of all of them loses everything, and one that restarts empty as the master empties the others", "set appendonly yes on each"),
        (false, false) => CheckFinding.Warning(What, where, "has neither append-only file nor replica: a crash loses profiles and seats", "set appendonly yes, or give it a replica with Sentinel"),
    };

    private static IEnumerable<CheckFinding> Disk(string where, Dictionary<string, string> said)
    {
        if (said.GetValueOrDefault("aof_last_write_status", "ok") != "ok")
            yield return CheckFinding.Bad(What, where, "cannot write to its disk, and refuses every change until it can", "free space there, see the runbook store-disk-full; do not restart it before: what it has not written is in its memory alone");
        if (said.GetValueOrDefault("aof_last_bgrewrite_status", "ok") != "ok")
            yield return CheckFinding.Warning(What, where, "could not make its append-only file smaller: the file grows", "give its disk space for three times what Redis uses");
        if (said.GetValueOrDefault("rdb_last_bgsave_status", "ok") != "ok")
            yield return CheckFinding.Warning(What, where, "its last snapshot failed; with stop-writes-on-bgsave-error (Redis' default) it refuses every change until one succeeds", "free space on its disk; or set save \"\" where there is an append-only file");
    }

    private static IEnumerable<CheckFinding> Replicas(string where, Dictionary<string, string> said, int waited)
    {
        if (waited == 0) yield break;
        var attached = int.TryParse(said.GetValueOrDefault("connected_slaves", "0"), CultureInfo.InvariantCulture, out var count) ? count : 0;
        yield return attached < waited
            ? CheckFinding.Bad(What, where, $"its master has {attached} replicas, and {waited} must have what people are told (redis.waitReplicas): if it is lost now, the last of it is lost too", "start the missing servers")
            : CheckFinding.Good(What, where, $"its master has {attached} replicas, {waited} must have what people are told");
    }

    private static IEnumerable<CheckFinding> Patience(string where, (TimeSpan? Master, TimeSpan? Replica) silence)
    {
        if (silence.Master is { } quick && quick < _least)
            yield return CheckFinding.Bad(What, where, string.Create(CultureInfo.InvariantCulture, $"a master that is silent for {quick.TotalSeconds:0.0} s is replaced: the broker takes one that answers every {Regime.Silence.TotalSeconds:0.0} s for the master"), "set down-after-milliseconds of the Sentinels (cluster-node-timeout of a Cluster) to 1000 at least");
        if (silence.Replica is { } late && late > _longest)
            yield return CheckFinding.Warning(What, where, string.Create(CultureInfo.InvariantCulture, $"a replica that hangs is waited for by every sign-in until the master cuts it off, after {late.TotalSeconds:0} s (repl-timeout)"), "set repl-timeout to 10 on every server");
    }
}
