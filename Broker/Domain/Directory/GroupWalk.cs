using System.Collections.Immutable;

namespace VdiBroker.Directory;

/// <summary>A group as its entry describes it.</summary>
/// <param name="Dn">Its entry's name, as the directory spells it.</param>
/// <param name="Place">The same, comparable.</param>
/// <param name="Name">The name that entitlements use; clean.</param>
public sealed record GroupEntry(string Dn, DistinguishedName Place, string Name);

/// <summary>A group that a person is in, and how.</summary>
/// <param name="Group">Which.</param>
/// <param name="Via">The member of it by which the person came; null = the person is a member.</param>
public sealed record WalkedGroup(GroupEntry Group, WalkedGroup? Via)
{
    /// <summary>1 = the person is a member of it; 2 = of a member of it; …</summary>
    public int Depth { get; } = (Via?.Depth ?? 0) + 1;

    /// <summary>Names from the group that the person is a member of to this one.</summary>
    public ImmutableArray<string> Path => Via is null ? [Group.Name] : [.. Via.Path, Group.Name];
}

/// <summary>How far a walk goes.</summary>
/// <param name="Depth">The most groups on one path; from 1.</param>
/// <param name="Count">The most groups in all; from 1.</param>
public sealed record GroupBounds(int Depth = 10, int Count = 2000);

/// <summary>What the bounds cut off.</summary>
[Flags]
public enum GroupsCut
{
    /// <summary>Nothing: the walk saw every group.</summary>
    None = 0,

    /// <summary>Paths longer than <see cref="GroupBounds.Depth"/> may be missing.</summary>
    Depth = 1,

    /// <summary>More than <see cref="GroupBounds.Count"/> groups: the rest is missing.</summary>
    Count = 2,
}

/// <summary>
/// From a person's direct groups to all of them, breadth first: <see cref="Frontier"/> says whose parents are wanted, <see cref="Expand"/>
/// takes them. Every group counts once, by a shortest path, so that a cycle is harmless. A value: each step is a new one.
/// </summary>
public sealed record GroupWalk
{
    private readonly GroupBounds _bounds;
    private readonly ImmutableHashSet<DistinguishedName> _seen;

    private GroupWalk(GroupBounds bounds, ImmutableHashSet<DistinguishedName> seen) => (_bounds, _seen) = (bounds, seen);

    /// <summary>All groups so far, in the order in which they were met.</summary>
    public ImmutableArray<WalkedGroup> Groups { get; private init; } = [];

    /// <summary>The groups whose parents are wanted now; empty = the walk is over.</summary>
    public ImmutableArray<WalkedGroup> Frontier { get; private init; } = [];

    /// <summary>What the bounds cut off so far.</summary>
    public GroupsCut Cut { get; private init; }

    /// <summary>Starts with the groups that the person is a member of.</summary>
    public static GroupWalk Start(IEnumerable<GroupEntry> direct, GroupBounds bounds) =>
        new GroupWalk(bounds, []).Take(direct.Select(group => new WalkedGroup(group, null)));

    /// <summary>Goes on with further direct groups, once the walk is over: those already met change nothing.</summary>
    public GroupWalk And(IEnumerable<GroupEntry> direct) => Take(direct.Select(group => new WalkedGroup(group, null)));

    /// <summary>True when the group was met.</summary>
    public bool Knows(DistinguishedName group) => _seen.Contains(group);

    /// <summary>Takes one step.</summary>
    /// <param name="parents">The groups of which a group of the frontier is a member; those that do not count left out.</param>
    public GroupWalk Expand(Func<GroupEntry, IEnumerable<GroupEntry>> parents) =>
        Take(Frontier.SelectMany(child => parents(child.Group).Select(parent => new WalkedGroup(parent, child))));

    private GroupWalk Take(IEnumerable<WalkedGroup> met)
    {
        var (seen, groups, fresh) = (_seen.ToBuilder(), Groups.ToBuilder(), ImmutableArray.CreateBuilder<WalkedGroup>());
        var cut = Cut;
        foreach (var one in met)
        {
            if (seen.Contains(one.Group.Place)) continue;
            if (one.Depth > _bounds.Depth)
            {
                cut |= GroupsCut.Depth;
                continue;
            }
            if (groups.Count >= _bounds.Count)
            {
                cut |= GroupsCut.Count;
                break;
            }
            seen.Add(one.Group.Place);
            groups.Add(one);
            fresh.Add(one);
        }
        return new GroupWalk(_bounds, seen.ToImmutable()) { Groups = groups.ToImmutable(), Frontier = fresh.ToImmutable(), Cut = cut };
    }
}
