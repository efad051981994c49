using CsCheck;
using VdiBroker.Directory;
using Xunit;

namespace VdiBroker.Domain.Tests.Directory;

public sealed class GroupWalkTests
{
    // Up to 30 groups with any edges: trees, cycles, selves.
    private static readonly Gen<(int[] Direct, (int Child, int Parent)[] Edges)> Graphs =
        Gen.Select(Gen.Int[0, 29].Array[0, 6], Gen.Select(Gen.Int[0, 29], Gen.Int[0, 29]).Array[0, 60]);

    [Fact]
    public void Without_bounds_the_walk_finds_what_can_be_reached_and_nothing_else() =>
        Graphs.Sample((direct, edges) =>
        {
            var walk = Walk(direct, edges, new GroupBounds(100, 1000));
            Assert.Equal(Reachable(direct, edges), walk.Groups.Select(Number).Order());
            Assert.Equal(GroupsCut.None, walk.Cut);
        });

    [Fact]
    public void Bounds_hold_and_say_so_exactly_when_something_is_missing() =>
        Gen.Select(Graphs, Gen.Int[1, 4], Gen.Int[1, 8]).Sample((graph, depth, count) =>
        {
            var walk = Walk(graph.Direct, graph.Edges, new GroupBounds(depth, count));
            Assert.InRange(walk.Groups.Length, 0, count);
            Assert.All(walk.Groups, group => Assert.InRange(group.Depth, 1, depth));
            Assert.Equal(Reachable(graph.Direct, graph.Edges).Count > walk.Groups.Length, walk.Cut != GroupsCut.None);
        });

    [Fact]
    public void Every_path_starts_at_a_direct_group_goes_by_memberships_and_is_a_shortest() =>
        Graphs.Sample((direct, edges) =>
        {
            foreach (var group in Walk(direct, edges, new GroupBounds(100, 1000)).Groups)
            {
                var path = group.Path.Select(int.Parse).ToArray();
                Assert.Contains(path[0], direct);
                Assert.All(path.Zip(path.Skip(1)), step => Assert.Contains(step, edges));
                Assert.Equal((group.Depth, Number(group)), (path.Length, path[^1]));
                Assert.Equal(path.Length, path.Distinct().Count());
            }
        });

    [Fact]
    public void A_cycle_ends() => Assert.Equal([1, 2, 3], Walk([1], [(1, 2), (2, 3), (3, 1), (3, 3)], new GroupBounds()).Groups.Select(Number));

    [Fact]
    public void Groups_of_one_place_are_one_however_they_are_spelled()
    {
        var walk = GroupWalk.Start([Group("cn=A,dc=test", "A"), Group("CN=a, dc=test", "a")], new GroupBounds());
        Assert.Equal(["A"], walk.Groups.Select(group => group.Group.Name));
        Assert.Same(walk.Groups[0], walk.And([Group("cn=\\61,dc=test", "again"), Group("cn=b,dc=test", "b")]).Groups[0]);
        Assert.Equal(["A", "b"], walk.And([Group("cn=\\61,dc=test", "again"), Group("cn=b,dc=test", "b")]).Groups.Select(group => group.Group.Name));
    }

    private static GroupWalk Walk(int[] direct, (int Child, int Parent)[] edges, GroupBounds bounds)
    {
        var walk = GroupWalk.Start(direct.Select(Group), bounds);
        while (!walk.Frontier.IsEmpty)
            walk = walk.Expand(group => edges.Where(edge => Group(edge.Child).Place.Equals(group.Place)).Select(edge => Group(edge.Parent)));
        return walk;
    }

    private static List<int> Reachable(int[] direct, (int Child, int Parent)[] edges)
    {
        var found = new SortedSet<int>(direct);
        for (var before = -1; before != found.Count;)
        {
            before = found.Count;
            foreach (var (_, parent) in edges.Where(edge => found.Contains(edge.Child)).ToArray()) found.Add(parent);
        }
        return [.. found];
    }

    private static int Number(WalkedGroup group) => int.Parse(group.Group.Name, System.Globalization.CultureInfo.InvariantCulture);

    private static GroupEntry Group(int number) => Group($"cn={number},ou=groups,dc=test", $"{number}");

    private static GroupEntry Group(string dn, string name) => new(dn, DistinguishedName.Parse(dn)!, name);
}
