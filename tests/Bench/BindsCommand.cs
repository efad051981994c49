using System.CommandLine;

namespace VdiBroker.Bench;

/// <summary>
/// <c>binds</c>: password checks beside raw libldap, sign-ins of healthy tenants while another's directory hangs, and memory with a whole city known. One
/// part after the other, each on servers of its own; a part can be left out.
/// </summary>
internal static class BindsCommand
{
    /// <summary>The command.</summary>
    public static Command Build()
    {
        var seconds = new Option<double>("--seconds") { Description = "length of each round", DefaultValueFactory = _ => 4 };
        var rounds = new Option<int>("--rounds") { Description = "rounds of each kind, in turn", DefaultValueFactory = _ => 5 };
        var connections = new Option<int>("--connections") { Description = "connections to each directory for each use", DefaultValueFactory = _ => 4 };
        var deadline = new Option<double>("--deadline") { Description = "the broker's longest wait for a directory, in seconds, for the part 'healthy'", DefaultValueFactory = _ => 3 };
        var people = new Option<int>("--people") { Description = "how many people sign in for the part 'known'", DefaultValueFactory = _ => 100_000 };
        var without = new Option<string[]>("--without") { Description = "leaves a part out", AllowMultipleArgumentsPerToken = true };
        without.AcceptOnlyFromAmong("checks", "healthy", "known");
        var json = new Option<FileInfo?>("--json") { Description = "takes the figures" };
        var command = new Command("binds", "password checks and sign-ins: speed beside raw libldap, beside a directory that hangs, memory") { seconds, rounds, connections, deadline, people, without, json };
        command.SetAction(async (parsed, cancel) =>
        {
            var report = new Report();
            var left = parsed.GetValue(without) ?? [];
            var effort = new Effort(TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(rounds), parsed.GetValue(connections), TimeSpan.FromSeconds(parsed.GetValue(deadline)));
            if (!left.Contains("checks")) await ChecksPart.MeasureAsync(report, effort, cancel);
            if (!left.Contains("healthy")) await HealthyPart.MeasureAsync(report, effort, cancel);
            if (!left.Contains("known")) await KnownPart.MeasureAsync(report, parsed.GetValue(people), effort.Connections, cancel);
            report.Write(Console.Out, parsed.GetValue(json));
        });
        return command;
    }
}

/// <summary>How long to measure.</summary>
/// <param name="Time">Of each round.</param>
/// <param name="Rounds">Of each kind, in turn.</param>
/// <param name="Connections">To each directory for each use.</param>
/// <param name="Deadline">The broker's longest wait for one answer of a directory that may hang.</param>
internal sealed record Effort(TimeSpan Time, int Rounds, int Connections, TimeSpan Deadline)
{
    /// <summary>A round that does not count goes before: code is compiled, connections are made.</summary>
    public TimeSpan Warmth { get; } = Time < TimeSpan.FromSeconds(1) ? Time : TimeSpan.FromSeconds(1);
}
