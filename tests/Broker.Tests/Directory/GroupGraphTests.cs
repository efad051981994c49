using VdiBroker.Directory;
using VdiBroker.Ldap;
using Xunit;

namespace VdiBroker.Broker.Tests.Directory;

/// <summary>How old what is known of groups in groups may be.</summary>
public sealed class GroupGraphTests
{
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(5);

    private readonly Clock _clock = new();
    private readonly List<string> _read = [];
    private readonly Dictionary<string, string> _parents = [];
    private readonly GroupGraph _graph;
    private TaskCompletionSource? _hold;
    private bool _down;

    public GroupGraphTests() => _graph = new GroupGraph(ReadAsync, MaxAge, _clock);

    [Fact]
    public async Task What_is_known_is_used_until_its_age_and_asked_anew_after()
    {
        _parents["a"] = "b";
        Assert.Equal("b", await ParentsAsync("a"));
        _parents.Clear();
        _clock.Now += MaxAge - TimeSpan.FromSeconds(1);
        Assert.Equal("b", await ParentsAsync("a"));
        _clock.Now += TimeSpan.FromSeconds(1);
        Assert.Equal("", await ParentsAsync("a"));
        Assert.Equal(["a", "a"], _read);
    }

    [Fact]
    public async Task Forgetting_takes_effect_at_once_also_for_a_reading_under_way()
    {
        _parents["a"] = "b";
        _hold = new TaskCompletionSource();
        var early = ParentsAsync("a");
        _graph.Forget();
        var hold = _hold;
        _hold = null;
        _parents.Clear();
        Assert.Equal("", await ParentsAsync("a"));
        hold.SetResult();
        await early;
        Assert.Equal("", await ParentsAsync("a"));
        Assert.Equal(2, _read.Count);
    }

    [Fact]
    public async Task What_is_in_use_is_read_again_before_it_is_too_old_and_what_is_not_is_dropped()
    {
        await ParentsAsync("used");
        await ParentsAsync("idle");
        for (var i = 0; i < 20; i++)
        {
            _clock.Now += MaxAge / 4;
            await _graph.RefreshAsync(CancellationToken.None);
            var before = _read.Count;
            await ParentsAsync("used");
            Assert.Equal(before, _read.Count);
        }
        Assert.Equal(1, _graph.Count);
    }

    [Fact]
    public async Task While_the_directory_is_out_of_reach_nothing_older_than_its_age_is_used()
    {
        await ParentsAsync("a");
        _down = true;
        _clock.Now += MaxAge * 0.8;
        await Assert.ThrowsAsync<DirectoryOutOfReachException>(() => _graph.RefreshAsync(CancellationToken.None));
        await ParentsAsync("a");
        _clock.Now += MaxAge * 0.3;
        await Assert.ThrowsAsync<DirectoryOutOfReachException>(() => ParentsAsync("a"));
        _down = false;
        await ParentsAsync("a");
    }

    [Fact]
    public async Task Who_wants_what_is_being_read_waits_for_that_one_reading()
    {
        _hold = new TaskCompletionSource();
        var all = Enumerable.Range(0, 50).Select(_ => ParentsAsync("a")).ToArray();
        _hold.SetResult();
        await Task.WhenAll(all);
        Assert.Equal(["a"], _read);
    }

    [Fact]
    public async Task It_is_bounded()
    {
        foreach (var some in Enumerable.Range(0, GroupGraph.Capacity + 10).Chunk(1000)) await _graph.ParentsAsync([.. some.Select(i => Group($"g{i}"))], CancellationToken.None);
        Assert.InRange(_graph.Count, GroupGraph.Capacity / 2, GroupGraph.Capacity);
    }

    private async Task<string> ParentsAsync(string group) =>
        string.Join(',', (await _graph.ParentsAsync([Group(group)], CancellationToken.None))[Group(group).Place].Select(parent => parent.Name));

    private async Task<ParentsOf> ReadAsync(IReadOnlyList<GroupEntry> groups)
    {
        lock (_read) _read.AddRange(groups.Select(group => group.Name));
        if (_down) throw new DirectoryOutOfReachException(Outage.Lost, "down");
        var answer = new ParentsOf();
        foreach (var group in groups) answer[group.Place] = _parents.TryGetValue(group.Name, out var parent) ? [Group(parent)] : [];
        if (_hold is { } hold) await hold.Task;
        return answer;
    }

    private static GroupEntry Group(string name) => new($"cn={name},dc=test", DistinguishedName.Parse($"cn={name},dc=test")!, name);

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 9, 1, 8, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
