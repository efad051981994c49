using System.Diagnostics;
using System.Globalization;
using VdiBroker.Checks;

namespace VdiBroker.Storage;

/// <summary>Tries the store: that it answers, what version it is, and that it throws nothing away.</summary>
internal static class StoreCheck
{
    private const string What = "store";
    private static readonly Version Oldest = new(6, 2);
    private static readonly Script _state = new("read_state");

    /// <summary>Tries a store that was reached.</summary>
    /// <param name="store">Connected.</param>
    /// <param name="where">Its address, for the findings.</param>
    public static async Task<IReadOnlyList<CheckFinding>> RunAsync(RedisStore store, string where)
    {
        var clock = Stopwatch.StartNew();
        await store.RunAsync("ping", db => db.PingAsync());
        var took = clock.Elapsed.TotalMilliseconds;
        var said = (await store.RunScriptAsync(_state, [], [])).ToString().Split('\n', StringSplitOptions.TrimEntries)
            .Select(line => line.Split(':', 2)).Where(pair => pair.Length == 2).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        return
        [
            CheckFinding.Good(What, where, string.Create(CultureInfo.InvariantCulture, $"answers, in {took:0.0} ms")),
            Age(where, said.GetValueOrDefault("redis_version", "")),
            Eviction(where, said.GetValueOrDefault("maxmemory_policy", "noeviction"), said.GetValueOrDefault("maxmemory", "0")),
            Safety(where, said),
        ];
    }

    /// <summary>The finding for a store that does not answer.</summary>
    public static CheckFinding OutOfReach(string where, string cause) =>
        CheckFinding.Bad(What, where, cause, "start it, or correct 'redis' in broker.json; without it nobody can sign in, and desktops on screens go on");

    private static CheckFinding Age(string where, string text) => Version.TryParse(text, out var version) && version >= Oldest
        ? CheckFinding.Good(What, where, $"is Redis {text}")
        : CheckFinding.Bad(What, where, $"is Redis '{text}'", $"use at least {Oldest}");

    private static CheckFinding Eviction(string where, string policy, string most) => policy.StartsWith("allkeys", StringComparison.Ordinal) && most != "0"
        ? CheckFinding.Bad(What, where, $"throws away what it likes when memory is short (maxmemory-policy {policy})", "set maxmemory-policy to noeviction: seats and profiles must not vanish")
        : CheckFinding.Good(What, where, $"throws nothing away by itself (maxmemory-policy {policy})");

    private static CheckFinding Safety(string where, Dictionary<string, string> said) =>
        said.GetValueOrDefault("aof_enabled") == "1" || said.GetValueOrDefault("connected_slaves", "0") != "0"
            ? CheckFinding.Good(What, where, "keeps what it was told over a restart (append-only file or replicas)")
            : CheckFinding.Warning(What, where, "has neither append-only file nor replica: a crash loses profiles and seats", "set appendonly yes, or give it a replica with Sentinel");
}
