using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using VdiBroker.Bench.Raw;
using VdiBroker.Bench.Storm;
using VdiBroker.City.Processes;

namespace VdiBroker.Bench.Peers;

/// <summary><c>peers</c>: this broker and Debian's x2gobroker by turns: same slapd, same people, as many in flight, in one run.</summary>
internal static class PeersCommand
{
    private const int Failed = 1;

    /// <summary>The command.</summary>
    public static Command Build()
    {
        var seconds = new Option<double>("--seconds") { Description = "length of each round", DefaultValueFactory = _ => 4 };
        var rounds = new Option<int>("--rounds") { Description = "rounds of each, by turns", DefaultValueFactory = _ => 3 };
        var inFlight = new Option<int>("--in-flight") { Description = "sign-ins at once", DefaultValueFactory = _ => 16 };
        var people = new Option<int>("--people") { Description = "how many people there are", DefaultValueFactory = _ => 4000 };
        var json = new Option<FileInfo?>("--json") { Description = "takes the figures" };
        var command = new Command("peers", "sign-ins beside x2gobroker's (packages x2gobroker, x2gobroker-daemon, libpam-ldapd, nslcd)") { seconds, rounds, inFlight, people, json };
        command.SetAction(async (parsed, cancel) =>
        {
            var report = new Report();
            var plan = new Plan(TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(rounds), parsed.GetValue(inFlight), parsed.GetValue(people));
            var sound = await MeasureAsync(report, plan, cancel);
            report.Write(Console.Out, parsed.GetValue(json));
            return sound ? 0 : Failed;
        });
        return command;
    }

    // False: something was held twice, or one of the two let nobody in.
    private static async Task<bool> MeasureAsync(Report report, Plan plan, CancellationToken cancel)
    {
        report.AddLoad("peersLoad");
        await using var farm = await StormFarm.StartAsync(new StormPlan(plan.People, null), cancel);
        var folder = System.IO.Directory.CreateTempSubdirectory("vdi-peer-").FullName;
        File.SetUnixFileMode(folder, (UnixFileMode)Convert.ToInt32("755", 8));
        try
        {
            await using var peer = await X2goBroker.StartAsync(farm.Directory, Path.Combine(folder, "x2go"), farm.Address(31), cancel);
            using var crowd = new Crowd(farm, plan.InFlight);
            using var theirs = new X2goCrowd(peer, farm.People);
            var storm = new StormRounds(farm, crowd, plan.Time);
            // Code is compiled, connections are made, on both sides.
            await storm.ClosedAsync(plan.InFlight, cancel);
            await theirs.ClosedAsync(plan.InFlight, TimeSpan.FromSeconds(1), cancel);
            var raw = await RawLimits.MeasureAsync(farm, plan.Time, cancel);
            var (ours, others) = (new List<PeerRound>(), new List<PeerRound>());
            for (var round = 1; round <= plan.Rounds; round++)
            {
                var own = await storm.ClosedAsync(plan.InFlight, cancel);
                ours.Add(new PeerRound(own.PerSecond, own.BrokerCpuMs, own.Percentile(0.5), own.DirectoryCpuMs));
                others.Add(await TheirsAsync(peer, theirs, farm, plan, cancel));
            }
            Add(report, "broker", "this broker: whole sign-ins, with claim, ticket and its redemption, over mTLS", ours);
            Add(report, "x2go", "x2gobroker: list with the password, then one server's address, over plain HTTP; CPU: its daemon and nslcd", others);
            report.Add("rawBindsPerSecond", raw.Binds, "re-binds/s of that slapd, the bound of both");
            report.Add("brokerMib", ProcessTable.ResidentBytes(farm.Broker.Pid) / 1048576.0, "resident at the end: this broker");
            report.Add("x2goMib", peer.ResidentBytes / 1048576.0, "resident at the end: its daemon and nslcd");
            report.Add("inFlight", plan.InFlight, "sign-ins at once");
            report.Add("throughputRatio", Median(ours, round => round.PerSecond) / Math.Max(0.001, Median(others, round => round.PerSecond)), "sign-ins/s of this broker for one of x2gobroker's, medians");
            report.Add("cpuRatio", Median(others, round => round.CpuMs) / Math.Max(0.001, Median(ours, round => round.CpuMs)), "CPU of x2gobroker for a sign-in, in this broker's, medians");
            report.Add("failures", crowd.Failures.Values.Sum() + theirs.Failures, "over all rounds, both");
            report.Add("doubleHeld", storm.DoubleHeld, "held twice at this broker; must be 0");
            return storm.DoubleHeld == 0 && theirs.Failures == 0 && ours.All(round => round.PerSecond > 0) && others.All(round => round.PerSecond > 0);
        }
        finally
        {
            System.IO.Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<PeerRound> TheirsAsync(X2goBroker peer, X2goCrowd crowd, StormFarm farm, Plan plan, CancellationToken cancel)
    {
        var (cpu, directory, clock) = (peer.Cpu, Cpu.Of(farm.Directory.Pid), Stopwatch.StartNew());
        var took = await crowd.ClosedAsync(plan.InFlight, plan.Time, cancel);
        var (elapsed, count) = (clock.Elapsed, Math.Max(1, took.Count));
        var p50 = took.Count == 0 ? 0 : TimedRound.Percentile([.. took], 0.5);
        return new PeerRound(took.Count / elapsed.TotalSeconds, (peer.Cpu - cpu).TotalMilliseconds / count, p50, (Cpu.Of(farm.Directory.Pid) - directory).TotalMilliseconds / count);
    }

    private static void Add(Report report, string name, string what, List<PeerRound> rounds)
    {
        report.Add($"{name}PerSecond", Median(rounds, round => round.PerSecond), $"sign-ins/s, median of {rounds.Count.ToString(CultureInfo.InvariantCulture)}; {what}");
        report.Add($"{name}CpuMs", Median(rounds, round => round.CpuMs), "ms of CPU for each");
        report.Add($"{name}P50Ms", Median(rounds, round => round.P50Ms), "ms");
        report.Add($"{name}DirectoryCpuMs", Median(rounds, round => round.DirectoryCpuMs), "ms of slapd's CPU for each");
        for (var number = 0; number < rounds.Count; number++) report.Add(string.Create(CultureInfo.InvariantCulture, $"{name}Round{number + 1}PerSecond"), rounds[number].PerSecond, "that round");
    }

    private static double Median(List<PeerRound> rounds, Func<PeerRound, double> of) => rounds.Select(of).Order().ElementAt(rounds.Count / 2);

    private sealed record Plan(TimeSpan Time, int Rounds, int InFlight, int People);

    private sealed record PeerRound(double PerSecond, double CpuMs, double P50Ms, double DirectoryCpuMs);
}
