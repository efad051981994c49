using System.CommandLine;
using System.Globalization;

namespace VdiBroker.Bench.Ladder;

/// <summary><c>ladder</c>: what a sign-in and its placement cost as the work grows.</summary>
internal static class LadderCommand
{
    private const int Failed = 1;
    private static readonly TimeSpan _shortest = TimeSpan.FromSeconds(0.3);

    /// <summary>The command.</summary>
    public static Command Build()
    {
        var hosts = Most("--hosts", 1_000, "hosts, from 10");
        var desktops = Most("--desktops", 1_000_000, "desktops, from 100");
        var sessions = Most("--sessions", 100_000, "sessions that run already, from 1,000");
        var people = Most("--people", 1_000_000, "people in the directory, from 100");
        var tenants = Most("--tenants", 200, "tenants, from 1");
        var step = new Option<int>("--step") { Description = "how many times more on each next rung", DefaultValueFactory = _ => 10 };
        var seconds = new Option<double>("--seconds") { Description = "length of each round", DefaultValueFactory = _ => 3 };
        var rounds = new Option<int>("--rounds") { Description = "rounds of each kind on each rung", DefaultValueFactory = _ => 3 };
        var every = new Option<double>("--report-every") { Description = "seconds between two reports of a host on which nothing changes; dead after three of them", DefaultValueFactory = _ => 5 };
        var once = new Option<bool>("--once") { Description = "as short as it goes, to see that it runs: the figures say nothing" };
        var broker = new Option<FileInfo?>("--broker") { Description = "the broker's program; without it: that of the repository's build" };
        var json = new Option<FileInfo?>("--json") { Description = "takes the figures" };
        var command = new Command("ladder", "the same sign-ins on farms, ledgers, directories and cities of growing size") { hosts, desktops, sessions, people, tenants, step, seconds, rounds, every, once, broker, json };
        command.SetAction(async (parsed, cancel) =>
        {
            var report = new Report();
            report.AddLoad("ladderLoad");
            report.Add("reportEveryS", parsed.GetValue(every), "s between two reports of a host on which nothing changes");
            var climber = parsed.GetValue(once) ? new Climber(_shortest, 1, Settle: false) : new Climber(TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(rounds), Settle: true);
            var ladder = new Ladder(report, climber, TimeSpan.FromSeconds(parsed.GetValue(every)), parsed.GetValue(step), parsed.GetValue(broker)?.FullName);
            var whole = await ladder.ClimbAsync(new LadderTops(parsed.GetValue(hosts), parsed.GetValue(desktops), parsed.GetValue(sessions), parsed.GetValue(people), parsed.GetValue(tenants)), cancel);
            report.Write(Console.Out, parsed.GetValue(json));
            return whole ? 0 : Failed;
        });
        return command;
    }

    private static Option<int> Most(string name, int most, string of) =>
        new(name) { Description = string.Create(CultureInfo.InvariantCulture, $"the most {of}; 0 = this is left out"), DefaultValueFactory = _ => most };
}

/// <summary>How far each is climbed; 0 = not at all.</summary>
internal sealed record LadderTops(int Hosts, int Desktops, int Sessions, int People, int Tenants);
