using System.Text.RegularExpressions;
using Xunit;

namespace VdiBroker.Conventions.Tests;

public sealed partial class HabitTests
{
    private const int Wall = 300;

    [Fact]
    public void No_file_goes_past_the_wall() =>
        Assert.Empty(Repository.Files("*.cs").Where(f => File.ReadLines(f).Count() > Wall).Select(Repository.Relative));

    [Fact]
    public void No_file_has_a_name_that_says_nothing() =>
        Assert.Empty(Repository.Files("*.cs").Where(f => EmptyName().IsMatch(Path.GetFileName(f))).Select(Repository.Relative));

    [Fact]
    public void Nothing_blocks_sleeps_or_is_left_unfinished() =>
        Assert.Empty(from file in Repository.Files("*.cs")
                     where !file.EndsWith("HabitTests.cs", StringComparison.Ordinal)
                     from line in File.ReadLines(file).Select((text, index) => (text, number: index + 1))
                     where Unfinished().IsMatch(line.text)
                     select $"{Repository.Relative(file)}:{line.number}: {line.text.Trim()}");

    [Fact]
    public void No_write_to_a_peer_is_cancelled() =>
        // gRPC resets the stream then, and the peer never hears why it ends. Who must be able to reset one hands the method on (TwoWays).
        Assert.Empty(Repository.Files("*.cs").Where(f => f.Contains("/Broker/", StringComparison.Ordinal) && CancelledWrite().IsMatch(File.ReadAllText(f))).Select(Repository.Relative));

    [Fact]
    public void Only_the_key_space_spells_a_key() =>
        Assert.Empty(Repository.Files("*.*").Where(f => f.Contains("/Broker/", StringComparison.Ordinal) && (f.EndsWith(".cs", StringComparison.Ordinal) || f.EndsWith(".lua", StringComparison.Ordinal)))
            .Where(f => !f.EndsWith("KeySpace.cs", StringComparison.Ordinal) && KeyPrefix().IsMatch(File.ReadAllText(f))).Select(Repository.Relative));

    [Fact]
    public void Every_script_says_its_keys_arguments_and_result()
    {
        foreach (var script in Repository.Files("*.lua"))
        {
            var head = string.Join('\n', File.ReadLines(script).TakeWhile(l => l.StartsWith("--", StringComparison.Ordinal)));
            Assert.All((string[])["KEYS:", "ARGV:", "Result:"], word => Assert.True(head.Contains(word, StringComparison.Ordinal), $"{Repository.Relative(script)}: its head does not say '{word}'"));
        }
    }

    [Fact]
    public void Every_event_is_told_by_one_prelude() =>
        Assert.Empty(Repository.Files("*.lua").Where(f => Path.GetFileName(f) != "events.lua" && (File.ReadAllText(f).Contains("XADD", StringComparison.Ordinal) || File.ReadAllText(f).Contains("PUBLISH", StringComparison.Ordinal))).Select(Repository.Relative));

    [Fact]
    public void Every_revision_of_a_session_comes_from_the_store_s_clock() =>
        Assert.Empty(Repository.Files("*.lua").Where(f => CountedRevision().IsMatch(File.ReadAllText(f))).Select(Repository.Relative));

    [Fact]
    public void Every_log_event_has_a_number_of_its_own_in_its_room_s_block()
    {
        var blocks = new Dictionary<string, int> { ["Storage"] = 100, ["Rpc"] = 200, ["Stations"] = 300, ["Presence"] = 350, ["Tenancy"] = 400, ["Directory"] = 500, ["Ldap"] = 600, ["Profiles"] = 650, ["Hosts"] = 700, ["Pools"] = 900, ["Records"] = 950, ["Sessions"] = 1000 };
        var events = (from file in Repository.Files("*.cs")
                      where file.Contains("/Broker/", StringComparison.Ordinal) && !file.Contains("/tests/", StringComparison.Ordinal)
                      let room = Path.GetFileName(Path.GetDirectoryName(file))!
                      from Match found in LogEvent().Matches(File.ReadAllText(file))
                      select (file, room, id: int.Parse(found.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture))).ToList();
        Assert.NotEmpty(events);
        Assert.Empty(events.GroupBy(e => e.id).Where(g => g.Count() > 1).Select(g => $"{g.Key}: {string.Join(", ", g.Select(e => Repository.Relative(e.file)))}"));
        Assert.Empty(events.Where(e => blocks.TryGetValue(e.room, out var first) && (e.id < first || e.id >= first + 100)).Select(e => $"{e.id} in {Repository.Relative(e.file)}"));
    }

    [GeneratedRegex(@"(Manager|Helpers?|Utils?|Common|Base|Processor|Data|Info)\.cs$")]
    private static partial Regex EmptyName();

    [GeneratedRegex(@"'HINCRBY',[^)]*'revision'|'revision', *(?!next_revision\()[^'\s)]")]
    private static partial Regex CountedRevision();

    [GeneratedRegex(@"Thread\.Sleep|\.Result\b(?!\s*[=:])|\.GetAwaiter\(\)\.GetResult|NotImplementedException|\bTODO\b|\bFIXME\b|Skip\s*=\s*""")]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"responseStream\.WriteAsync\([^;]*([Tt]oken|cancel)\b")]
    private static partial Regex CancelledWrite();

    [GeneratedRegex(@"vdi:\{")]
    private static partial Regex KeyPrefix();

    [GeneratedRegex(@"LoggerMessage\((\d+),")]
    private static partial Regex LogEvent();
}
