using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using VdiBroker.Bench.Raw;
using VdiBroker.Bench.Storm;

namespace VdiBroker.Bench.Overload;

/// <summary><c>overload</c>: ten times as many people as can be served, then as many as before: what the broker does meanwhile, and how soon it is itself again.</summary>
internal static class OverloadCommand
{
    private const int Failed = 1;
    private const int Times = 10;
    private static readonly int[] _inFlight = [32, 64, 128];
    private static readonly TimeSpan _after = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _bucket = TimeSpan.FromSeconds(0.5);

    /// <summary>The command.</summary>
    public static Command Build()
    {
        var seconds = new Option<double>("--seconds") { Description = "how long it is overloaded", DefaultValueFactory = _ => 60 };
        var people = new Option<int>("--people") { Description = "how many people there are, and seats; each stays for 2 s and comes again", DefaultValueFactory = _ => 4000 };
        var stations = new Option<int>("--stations") { Description = "how many stations they come to, all connected before", DefaultValueFactory = _ => 1000 };
        var broker = new Option<FileInfo?>("--broker") { Description = "the broker's program; without it: that of the repository's build" };
        var json = new Option<FileInfo?>("--json") { Description = "takes the figures" };
        var command = new Command("overload", "ten times as many sign-ins as can be served, then normal again") { seconds, people, stations, broker, json };
        command.SetAction(async (parsed, cancel) =>
        {
            var report = new Report();
            var status = await MeasureAsync(report, TimeSpan.FromSeconds(parsed.GetValue(seconds)), new StormPlan(parsed.GetValue(people), parsed.GetValue(broker)?.FullName), parsed.GetValue(stations), cancel);
            report.Write(Console.Out, parsed.GetValue(json));
            return status;
        });
        return command;
    }

    // Gives the exit status.
    private static async Task<int> MeasureAsync(Report report, TimeSpan time, StormPlan plan, int stations, CancellationToken cancel)
    {
        report.AddLoad("overloadLoad");
        await using var farm = await StormFarm.StartAsync(plan, cancel);
        using var crowd = new Crowd(farm, stations);
        var round = TimeSpan.FromSeconds(Math.Clamp(time.TotalSeconds / 4, 1, 8));
        await crowd.ConnectAsync();
        // Code is compiled.
        await new Rush(crowd).ClosedAsync(_inFlight[^1], round, cancel);
        var raw = await RawLimits.MeasureAsync(farm, TimeSpan.FromSeconds(round.TotalSeconds / 4), cancel, stations);
        var (peak, peakForCpu) = (0.0, 0.0);
        foreach (var inFlight in _inFlight)
        {
            var (rush, before) = (new Rush(crowd), ServersCpu(farm));
            await rush.ClosedAsync(inFlight, round, cancel);
            var forCpu = rush.All.Count / (ServersCpu(farm) - before).TotalSeconds;
            if (rush.PerSecond > peak) (peak, peakForCpu) = (rush.PerSecond, forCpu);
        }
        var normal = new Rush(crowd);
        await normal.OpenAsync(Math.Max(1, peak / 4), round, cancel);

        using var helpdesk = new Helpdesk(farm.Caller("operator", StormFarm.Operator, farm.Broker.Uri), farm.People[0].Login);
        using var asking = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var (over, after, asks, lines) = (new Rush(crowd), new Rush(crowd), helpdesk.AskAsync(asking.Token), SilentHosts(farm));
        var (cpu, servers, load, clock) = (Cpu.Of(farm.Broker.Pid), ServersCpu(farm), Cpu.Of(Environment.ProcessId), Stopwatch.StartNew());
        await over.OpenAsync(peak * Times, time, cancel);
        (cpu, servers, load, var elapsed) = (Cpu.Of(farm.Broker.Pid) - cpu, ServersCpu(farm) - servers, Cpu.Of(Environment.ProcessId) - load, clock.Elapsed);
        await after.OpenAsync(Math.Max(1, peak / 4), time < _after ? time : _after, cancel);
        await asking.CancelAsync();
        await asks;

        var wrong = over.Wrong.Concat(after.Wrong).Sum(one => one.Value) + helpdesk.Failed;
        raw.Tell(report);
        report.Add("peakPerSecond", peak, "whole sign-ins/s with 32, 64 or 128 in flight, each signed out 2 s later");
        report.Add("overloadPerSecond", over.PerSecond, "whole sign-ins/s while overloaded");
        report.Add("throughputRatio", over.PerSecond / peak, "aim: at least 0.9");
        report.Add("servedForCpuRatio", over.All.Count / servers.TotalSeconds / peakForCpu, "whole sign-ins for each second of CPU of broker, slapd and Redis, by the same at the peak: the ratio where the crowd has processors of its own, as stations have");
        report.Add("throughputRatioBound", Math.Max(0, 1 - (over.SentAwayAt.Count / time.TotalSeconds / raw.Calls)), "what those who were sent away would leave of these cores if an empty call were the answer to each: no broker beside its own crowd passes that");
        report.Add("offeredPerSecond", over.Begun / time.TotalSeconds, string.Create(CultureInfo.InvariantCulture, $"people who began, of {Times} times the peak; those who come back are not counted again"));
        report.Add("notBegun", over.NotBegun, "people whom the bench did not begin: it had no time (it shares the cores), or all were busy");
        report.Add("sentAway", over.SentAwayAt.Count, "times that somebody was told to come back");
        report.Add("brokerCpuPercent", cpu / elapsed * 100, "of one core, while overloaded");
        report.Add("loadCpuPercent", load / elapsed * 100, "of one core: what it costs to ask so often, taken from the broker");
        report.Add("wrongFailures", wrong, "any failure other than 'come back in n s', ends and helpdesk in it; must be 0");
        report.Add("overloadP99Ms", Percentile(over, 0.99), "ms of those who were served, from their last coming");
        report.Add("endsP99Ms", over.Ends.Count == 0 ? 0 : TimedRound.Percentile(over.Ends, 0.99), string.Create(CultureInfo.InvariantCulture, $"ms of {over.Ends.Count} signings out meanwhile"));
        report.Add("helpdeskP99Ms", helpdesk.Took.Count == 0 ? 0 : TimedRound.Percentile(helpdesk.Took, 0.99), string.Create(CultureInfo.InvariantCulture, $"ms of {helpdesk.Took.Count} questions of an operator"));
        report.Add("hostsLost", SilentHosts(farm) - lines, "hosts that were cut off or taken for dead meanwhile; must be 0");
        report.Add("normalP50Ms", Percentile(normal, 0.5), "ms at a quarter of the peak, before");
        report.Add("normalP99Ms", Percentile(normal, 0.99), "ms");
        report.Add("afterP50Ms", Percentile(after, 0.5), "ms in the 10 s after");
        report.Add("recoveredS", Recovered(normal, after), "s after it until no half second is slower than twice the normal (middle of each) and nobody is sent away; aim: 5");
        foreach (var (what, count) in over.Wrong.Concat(after.Wrong)) Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} × {what}"));
        // Without anybody sent away it was no overload, and nothing is shown.
        return wrong == 0 && over.SentAwayAt.Count > 0 ? 0 : Failed;
    }

    private static TimeSpan ServersCpu(StormFarm farm) => Cpu.Of(farm.Broker.Pid) + Cpu.Of(farm.Directory.Pid) + Cpu.Of(farm.Redis.Pid);

    private static double Percentile(Rush rush, double part) => rush.All.Count == 0 ? 0 : TimedRound.Percentile(rush.All.Select(one => one.Took), part);

    private static double Recovered(Rush normal, Rush after)
    {
        var usual = Percentile(normal, 0.5);
        var slow = after.All.GroupBy(one => (int)(one.Due / _bucket)).Where(bucket => TimedRound.Percentile(bucket.Select(one => one.Took), 0.5) > 2 * usual).Select(bucket => bucket.Key + 1);
        return slow.Concat(after.SentAwayAt.Select(at => (int)(at / _bucket) + 1)).DefaultIfEmpty().Max() * _bucket.TotalSeconds;
    }

    private static int SilentHosts(StormFarm farm) => farm.Broker.Log().Split('\n').Count(line => line.Contains(" detached", StringComparison.Ordinal) || line.Contains(" is dead:", StringComparison.Ordinal));
}
