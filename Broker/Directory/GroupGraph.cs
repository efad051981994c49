using System.Collections.Immutable;
using VdiBroker.Ldap;

namespace VdiBroker.Directory;

/// <summary>
/// Which groups have which groups as members, as far as people's groups led there: read when first wanted, kept for a stated age, read again
/// before it ends while it is in use. What is older is never used. Safe to call from many threads; who wants what is being read waits for
/// that one reading.
/// </summary>
/// <param name="read">Asks the directory for the parents of some groups.</param>
/// <param name="maxAge">So long it may be used, from the moment when the directory was asked.</param>
/// <param name="time">The clock.</param>
internal sealed class GroupGraph(Func<IReadOnlyList<GroupEntry>, Task<ParentsOf>> read, TimeSpan maxAge, TimeProvider time)
{
    /// <summary>The most groups that are kept.</summary>
    public const int Capacity = 50_000;

    // A reading asks for so many groups at once: one search when none of them is nested, which is the rule.
    private const int Together = 16;

    private readonly Lock _gate = new();
    private readonly Dictionary<DistinguishedName, Known> _known = [];
    private int _generation;

    /// <summary>How many groups are kept.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _known.Count;
        }
    }

    /// <summary>The groups that have each of the given ones as a member.</summary>
    /// <exception cref="DirectoryOutOfReachException">It could not be asked.</exception>
    public async Task<ParentsOf> ParentsAsync(IReadOnlyList<GroupEntry> groups, CancellationToken cancel)
    {
        var wanted = new List<(DistinguishedName Group, Task<ParentsOf> Parents)>(groups.Count);
        var missing = new List<GroupEntry>();
        lock (_gate)
        {
            var now = time.GetUtcNow();
            foreach (var group in groups)
            {
                if (_known.TryGetValue(group.Place, out var known) && now - known.AskedAt < maxAge && !known.Parents.IsFaulted)
                {
                    known.LastUse = now;
                    wanted.Add((group.Place, known.Parents));
                }
                else missing.Add(group);
            }
        }
        foreach (var some in missing.Chunk(Together))
        {
            var parents = Ask(some, null);
            wanted.AddRange(some.Select(group => (group.Place, parents)));
            await parents.WaitAsync(cancel);
        }
        var found = new ParentsOf();
        foreach (var (group, parents) in wanted) found[group] = (await parents.WaitAsync(cancel))[group];
        return found;
    }

    /// <summary>Forgets everything: what is asked from now on is asked anew, also where a reading is under way.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _known.Clear();
            _generation++;
        }
    }

    /// <summary>Reads again what is in use and past half its age, and drops what is not in use. Called a few times within each age.</summary>
    /// <exception cref="DirectoryOutOfReachException">It could not be asked; what is known stays until it is too old.</exception>
    public async Task RefreshAsync(CancellationToken cancel)
    {
        Known[] aging;
        lock (_gate)
        {
            var now = time.GetUtcNow();
            foreach (var idle in _known.Values.Where(known => now - known.LastUse > 3 * maxAge).ToArray()) _known.Remove(idle.Group.Place);
            aging = [.. _known.Values.Where(known => now - known.AskedAt > maxAge / 2)];
        }
        foreach (var some in aging.Chunk(Together))
        {
            cancel.ThrowIfCancellationRequested();
            await Ask([.. some.Select(known => known.Group)], some);
        }
    }

    // With former ones, a refresh: they stay in use until the answer is there.
    private Task<ParentsOf> Ask(GroupEntry[] groups, Known[]? former)
    {
        int generation;
        lock (_gate) generation = _generation;
        var askedAt = time.GetUtcNow();
        var parents = read(groups);
        if (former is null) Keep(groups, parents, askedAt, generation, null);
        return former is null ? parents : KeepLaterAsync();

        async Task<ParentsOf> KeepLaterAsync()
        {
            var answer = await parents;
            Keep(groups, parents, askedAt, generation, former);
            return answer;
        }
    }

    private void Keep(GroupEntry[] groups, Task<ParentsOf> parents, DateTimeOffset askedAt, int generation, Known[]? former)
    {
        lock (_gate)
        {
            if (generation != _generation) return;
            for (var i = 0; i < groups.Length; i++)
                _known[groups[i].Place] = new Known(groups[i], parents, askedAt) { LastUse = former?[i].LastUse ?? askedAt };
            if (_known.Count <= Capacity) return;
            foreach (var old in _known.Values.OrderBy(known => known.LastUse).Take(Capacity / 4).ToArray()) _known.Remove(old.Group.Place);
        }
    }

    private sealed record Known(GroupEntry Group, Task<ParentsOf> Parents, DateTimeOffset AskedAt)
    {
        public DateTimeOffset LastUse { get; set; }
    }
}

/// <summary>For each group asked about, the groups that have it as a member.</summary>
internal sealed class ParentsOf : Dictionary<DistinguishedName, ImmutableArray<GroupEntry>>;
