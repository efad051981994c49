using System.Text.Json;
using VdiBroker.City;
using VdiBroker.City.Processes;
using Xunit;
using Xunit.Abstractions;

namespace VdiBroker.Race.Tests;

/// <summary>The race as a program: its short form must be green, and each broken script red, by the rule that is there for it.</summary>
public sealed class RaceProgramTests(ITestOutputHelper output) : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(4);
    private readonly string _folder = System.IO.Directory.CreateTempSubdirectory("vdi-race-test-").FullName;

    /// <summary>500 people, three brokers, Redis with Sentinel, a minute of racing, and a seed that is always the same.</summary>
    [Fact]
    public async Task Hundreds_of_people_race_for_desktops_too_few_under_faults_and_nothing_wrong_is_seen()
    {
        var (status, report) = await RaceAsync("--minutes", "1", "--seed", "3");
        Assert.Empty(report.GetProperty("violations").EnumerateArray().Select(one => one.ToString()));
        Assert.Equal(0, status);
        Assert.True(report.GetProperty("desktops").GetInt32() > 100, "so few desktops say nothing");
        Assert.NotEmpty(report.GetProperty("faults").EnumerateArray());
    }

    [Fact]
    public async Task A_rolling_upgrade_of_three_brokers_drops_no_sign_in_while_people_sign_in_all_the_time()
    {
        var (status, report) = await RaceAsync("--minutes", "0.7", "--small", "--rolling");
        Assert.Empty(report.GetProperty("violations").EnumerateArray().Select(one => one.ToString()));
        Assert.Equal(0, status);
        Assert.True(report.GetProperty("signIns").GetInt32() > 50, "so few sign-ins say nothing");
        Assert.Superset(new HashSet<string?> { "broker1", "broker2", "broker3" }, report.GetProperty("faults").EnumerateArray().Select(one => one.GetProperty("target").GetString()).ToHashSet());
    }

    [Theory]
    [InlineData("no-lease", "told truly", "not forgotten")]
    [InlineData("no-fence", "one holder", "fences grow")]
    [InlineData("expire-twice", "seats", "one session", "no needless refusal", "no seat lost")]
    [InlineData("double-redeem", "one holder")]
    public async Task A_broken_script_turns_the_race_red(string sabotage, params string[] rules)
    {
        var (status, report) = await RaceAsync("--minutes", "1", "--sabotage", sabotage, "--small", "--calm", "--stop-early", "--store", "One");
        Assert.Equal(1, status);
        Assert.Contains(report.GetProperty("violations").EnumerateArray(), one => rules.Contains(one.GetProperty("rule").GetString()));
        Assert.Equal(sabotage, report.GetProperty("sabotage").GetString());
    }

    [Fact]
    public async Task A_sabotage_that_does_not_exist_is_no_green_race()
    {
        var answer = await Tool.RunAsync(Program, ["--sabotage", "nothing", "--small"], deadline: Longest);
        Assert.NotEqual(0, answer.Status);
    }

    public void Dispose() => System.IO.Directory.Delete(_folder, recursive: true);

    private static string Program => Path.Combine(CityPrograms.Root(), "tests/Race/bin/Release/net10.0/vdi-race");

    private async Task<(int Status, JsonElement Report)> RaceAsync(params string[] arguments)
    {
        var file = Path.Combine(_folder, "race.json");
        var answer = await Tool.RunAsync(Program, [.. arguments, "--json", file], deadline: Longest);
        output.WriteLine(answer.Output + answer.Error);
        Assert.True(File.Exists(file), answer.Output + answer.Error);
        using var report = JsonDocument.Parse(await File.ReadAllTextAsync(file));
        return (answer.Status, report.RootElement.Clone());
    }
}
