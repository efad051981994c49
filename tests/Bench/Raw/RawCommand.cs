using System.CommandLine;
using VdiBroker.Bench.Storm;

namespace VdiBroker.Bench.Raw;

/// <summary><c>raw</c>: what the parts of a sign-in can do alone, on this machine now.</summary>
internal static class RawCommand
{
    /// <summary>The command.</summary>
    public static Command Build()
    {
        var seconds = new Option<double>("--seconds") { Description = "for each of the four", DefaultValueFactory = _ => 5 };
        var people = new Option<int>("--people") { Description = "how many people the directory holds", DefaultValueFactory = _ => 4000 };
        var json = new Option<FileInfo?>("--json") { Description = "takes the figures" };
        var command = new Command("raw", "re-binds, group searches, script calls and empty mTLS calls a second: what no broker can pass") { seconds, people, json };
        command.SetAction(async (parsed, cancel) =>
        {
            var report = new Report();
            report.AddLoad("rawLoad");
            await using var farm = await StormFarm.StartAsync(new StormPlan(parsed.GetValue(people), null), cancel);
            (await RawLimits.MeasureAsync(farm, TimeSpan.FromSeconds(parsed.GetValue(seconds)), cancel)).Tell(report);
            report.Write(Console.Out, parsed.GetValue(json));
        });
        return command;
    }
}
