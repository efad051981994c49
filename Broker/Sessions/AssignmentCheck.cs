using System.Globalization;
using VdiBroker.Checks;
using VdiBroker.Pools;

namespace VdiBroker.Sessions;

/// <summary>Tries what is people's for good: a host or machine that its pool has no more can seat nobody. People are counted, never named.</summary>
internal static class AssignmentCheck
{
    /// <summary>One finding for each pool that gives places for good, and one for each host that it has lost.</summary>
    /// <exception cref="Storage.StoreOutOfReachException">The store is out of reach.</exception>
    public static async Task<IReadOnlyList<CheckFinding>> RunAsync(AssignmentBook book, IEnumerable<Pool> pools)
    {
        var findings = new List<CheckFinding>();
        foreach (var pool in pools.Where(pool => pool.Kind != PoolKind.Shared).OrderBy(pool => pool.Id.Value, StringComparer.Ordinal))
        {
            var places = pool.Hosts.Concat(pool.Machines.Select(machine => machine.Id)).ToHashSet();
            var rows = await book.ListAsync(pool.Id);
            var (what, gone) = ($"pool {pool.Id}", rows.Where(row => !places.Contains(row.Host)).GroupBy(row => row.Host).OrderBy(host => host.Key.Value, StringComparer.Ordinal).ToList());
            foreach (var host in gone)
                findings.Add(CheckFinding.Warning(what, "assignments", string.Create(CultureInfo.InvariantCulture, $"{host.Key} is the place of {host.Count()} of its people, and the pool has it no more"), $"take it back into the pool, or give them others: broker assignment list --pool {pool.Id}, broker assignment move"));
            if (gone.Count == 0) findings.Add(CheckFinding.Good(what, "assignments", string.Create(CultureInfo.InvariantCulture, $"places that are people's for good: {rows.Length}, each on a host or machine of the pool")));
        }
        return findings;
    }
}
