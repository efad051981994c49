using VdiBroker.City.Processes;
using Xunit;

namespace VdiBroker.Broker.Tests.Edge;

/// <summary>A row in Redis that nobody can read hurts what it is about and nothing else, at a real broker.</summary>
[Collection(TownCollection.Name)]
public sealed class UnreadableRowEdgeTests(Town town)
{
    private const string Prefix = "vdi:{test}:";

    [Fact]
    public async Task A_drain_that_nobody_can_read_keeps_people_off_its_host_alone_and_ends_nobody_until_the_operator_decides()
    {
        await using var broker = await town.StartLonelyAsync("drain-unread", 64);
        await using var three = await ReportingHost.AttachAsync(town, broker, "blade3");
        var people = town.People.Everybody.Where(p => p.Tenant == "le-bourget" && p.Groups.Contains("agents")).Take(4).ToList();
        using var at = await Visit.BeginAsync(town, broker, three, "poste-u1", people[0].Login);
        using var news = at.Follow();
        // Planned, and then spoilt: what was told holds no more.
        Assert.Equal(0, (await broker.OperatorAsync("host", "drain", "blade3", "--at", "now", "--grace", "2h")).Status);
        await news.WarnedAsync();
        await using var four = await ReportingHost.AttachAsync(town, broker, "blade4");
        Assert.Equal("0", await broker.RedisAsync("hset", Prefix + "drains", "blade3", """{"from":"noon","grace":0}"""));
        await news.UntilAsync(notice => notice.Warning is null);
        await Eventually.HoldsAsync("told", Peers.Patience, () => broker.Log().Contains("host blade3 has a drain that nobody can read", StringComparison.Ordinal));

        var list = (await broker.OperatorAsync("host", "list", "--language", "en")).Output;
        Assert.Contains("blade3: healthy, 1 of 5 seats taken", list, StringComparison.Ordinal);
        Assert.Contains("UNREADABLE DRAIN: takes nobody, ends nobody", list, StringComparison.Ordinal);
        Assert.Contains("\"unreadable\": true", (await broker.OperatorAsync("host", "list", "--json")).Output, StringComparison.Ordinal);
        Assert.Contains("host blade3 (drains): has a drain that nobody can read", (await broker.OperatorAsync("check")).Output, StringComparison.Ordinal);
        // The others are placed, at the hosts that are left.
        foreach (var (person, n) in people.Skip(1).Zip((int[])[2, 3, 4]))
        {
            using var station = await StationPeer.ConnectAsync(town, broker, $"poste-u{n}");
            Assert.Equal("blade4", (await station.OpenAsync((await station.SignInAsync(town, person.Login)).SignIn)).Host);
        }
        Assert.Equal(0, (await broker.OperatorAsync("host", "drain", "blade4", "--at", "2099-01-01T12:00")).Status);
        Assert.Equal(0, (await broker.OperatorAsync("host", "undrain", "blade4")).Status);
        Assert.Contains("blade3: healthy, 1 of 5 seats taken", (await broker.OperatorAsync("host", "list", "--language", "en")).Output, StringComparison.Ordinal);

        // The operator takes it back: it is a host like any other.
        Assert.Equal(0, (await broker.OperatorAsync("host", "undrain", "blade3")).Status);
        Assert.Equal(1, (await broker.OperatorAsync("host", "undrain", "blade3")).Status);
        Assert.DoesNotContain("DRAIN", (await broker.OperatorAsync("host", "list", "--language", "en")).Output, StringComparison.Ordinal);
        // Of a host that has left the city file too.
        Assert.Equal("1", await broker.RedisAsync("hset", Prefix + "drains", "blade99", "null"));
        Assert.Equal(0, (await broker.OperatorAsync("host", "undrain", "blade99")).Status);
        Assert.Equal(2, (await broker.OperatorAsync("host", "undrain", "blade99")).Status);
    }

    [Fact]
    public async Task A_session_that_nobody_can_read_is_its_person_s_trouble_and_not_its_host_s()
    {
        await using var broker = await town.StartLonelyAsync("session-unread", 66);
        await using var three = await ReportingHost.AttachAsync(town, broker, "blade3");
        var people = town.People.Everybody.Where(p => p.Tenant == "le-bourget" && p.Groups.Contains("agents")).Take(3).ToList();
        using var hurt = await Visit.BeginAsync(town, broker, three, "poste-u5", people[0].Login);
        using var beside = await Visit.BeginAsync(town, broker, three, "poste-u6", people[1].Login);
        using var news = beside.Follow();
        var row = $"{Prefix}session:{hurt.Desktop.SessionId}";
        Assert.Equal("0", await broker.RedisAsync("hset", row, "phase", "sleeping", "lease", "soon"));
        await Eventually.HoldsAsync("told", Peers.Patience, () => broker.Log().Contains($"the row of session {hurt.Desktop.SessionId}", StringComparison.Ordinal));

        // Their host goes on: others come, are told of what concerns them, and go.
        using var late = await Visit.BeginAsync(town, broker, three, "poste-u7", people[2].Login);
        Assert.Equal("blade3", late.Desktop.Host);
        // Nobody can say who it is, and nobody passes over that somebody is there.
        Assert.Contains($"account {people[0].Login}: SOMEBODY", (await broker.OperatorAsync("host", "show", "blade3", "--language", "en")).Output, StringComparison.Ordinal);
        var rehearsed = await broker.OperatorAsync("host", "drain", "blade3", "--at", "now", "--rehearse", "--language", "en");
        Assert.Equal(1, rehearsed.Status);
        Assert.Contains($"account {people[0].Login}: SOMEBODY, the session cannot be read in the store (see the log, 1031); nobody warns them", rehearsed.Output, StringComparison.Ordinal);
        Assert.Contains($"\"{people[0].Login}\"", (await broker.OperatorAsync("host", "show", "blade3", "--json")).Output.Split("\"unread\"")[1], StringComparison.Ordinal);
        Assert.Equal(0, (await broker.OperatorAsync("host", "drain", "blade3", "--at", "now", "--grace", "2h")).Status);
        await news.WarnedAsync();
        Assert.Equal(0, (await broker.OperatorAsync("host", "undrain", "blade3")).Status);
        Assert.Contains("blade3: healthy, 3 of 5 seats taken", (await broker.OperatorAsync("host", "list", "--language", "en")).Output, StringComparison.Ordinal);

        // Once it is deleted, their host's word is what counts.
        Assert.Equal("1", await broker.RedisAsync("del", row));
        using var back = await StationPeer.ConnectAsync(town, broker, "poste-u8");
        await Eventually.HoldsAsync("free again", Peers.Patience, async () => await broker.RedisAsync("hget", Prefix + "host:blade3:seats", people[0].Login) != hurt.Desktop.SessionId);
        Assert.Equal("blade3", (await back.OpenAsync((await back.SignInAsync(town, people[0].Login)).SignIn)).Host);
    }
}
