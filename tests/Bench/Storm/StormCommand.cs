using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics;
using System.Globalization;
using VdiBroker.Bench.Raw;
using VdiBroker.City.Processes;

namespace VdiBroker.Bench.Storm;

/// <summary><c>storm</c>: whole sign-ins beside what their parts can do alone, on the same servers, in one run.</summary>
internal static class StormCommand
{
    private const int HeldTwice = 1;

    /// <summary>The command.</summary>
    public static Command Build()
    {
        var seconds = new Option<double>("--seconds") { Description = "length of each round", DefaultValueFactory = _ => 5 };
        var people = new Option<int>("--people") { Description = "how many people there are, and seats; a round ends early when all have come", DefaultValueFactory = _ => 4000 };
        var inFlight = new Option<int[]>("--in-flight") { Description = "how many at once, ascending: a closed loop for each", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [1, 16, 64, 256] };
        var perSecond = new Option<int[]>("--per-second") { Description = "rates for the open loop, sign-ins a second; without it: a quarter, half and three quarters of the peak. Set ones let two builds be compared at the same load", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [] };
        var warmUp = new Option<double>("--warm-up") { Description = "seconds of sign-ins before any count: code is compiled and connections are made. The first round of them is told as 'cold'", DefaultValueFactory = _ => 60 };
        var broker = new Option<FileInfo?>("--broker") { Description = "the broker's program; without it: that of the repository's build" };
        var json = new Option<FileInfo?>("--json") { Description = "takes the figures" };
        var command = new Command("storm", "whole sign-ins (password, groups, profile, seat, ticket, its redemption), closed and open loop, beside the raw limits") { seconds, people, inFlight, perSecond, warmUp, broker, json };
        foreach (var loads in (Option<int[]>[])[inFlight, perSecond]) loads.Validators.Add(OnlyAscending);
        command.SetAction(async (parsed, cancel) =>
        {
            var report = new Report();
            var times = new StormTimes(TimeSpan.FromSeconds(parsed.GetValue(seconds)), TimeSpan.FromSeconds(parsed.GetValue(warmUp)));
            var held = await MeasureAsync(report, times, new StormLoads(parsed.GetValue(inFlight)!, parsed.GetValue(perSecond)!), new StormPlan(parsed.GetValue(people), parsed.GetValue(broker)?.FullName), cancel);
            report.Write(Console.Out, parsed.GetValue(json));
            return held == 0 ? 0 : HeldTwice;
        });
        return command;
    }

    // Each is a field of its own in what is told.
    private static void OnlyAscending(OptionResult loads)
    {
        var given = loads.GetValueOrDefault<int[]>() ?? [];
        if (given.Where((load, at) => load <= (at == 0 ? 0 : given[at - 1])).Any()) loads.AddError($"{loads.Option.Name}: each of them once, from 1, ascending; not {string.Join(' ', given)}");
    }

    // Gives how much was held twice.
    private static async Task<int> MeasureAsync(Report report, StormTimes times, StormLoads loads, StormPlan plan, CancellationToken cancel)
    {
        report.AddLoad("stormLoad");
        await using var farm = await StormFarm.StartAsync(plan, cancel);
        var inFlight = loads.InFlight;
        using var crowd = new Crowd(farm, inFlight[^1]);
        var storm = new StormRounds(farm, crowd, times.Round);
        await crowd.ConnectAsync();
        var warming = Stopwatch.StartNew();
        Add(report, "cold", string.Create(CultureInfo.InvariantCulture, $"{inFlight[^1]} in flight, the broker just started"), await storm.ClosedAsync(inFlight[^1], cancel));
        while (warming.Elapsed < times.WarmUp) await storm.ClosedAsync(inFlight[^1], cancel);
        if (times.WarmUp > TimeSpan.Zero) await farm.SettledAsync(cancel);
        var before = await RawLimits.MeasureAsync(farm, times.Round, cancel);

        var rounds = new List<StormRound>();
        foreach (var atOnce in inFlight)
        {
            var round = await storm.ClosedAsync(atOnce, cancel);
            rounds.Add(round);
            var name = string.Create(CultureInfo.InvariantCulture, $"closed{atOnce}");
            Add(report, name, $"{atOnce} in flight", round);
        }
        var peak = rounds.MaxBy(round => round.PerSecond)!;
        foreach (var (name, rate) in loads.OpenAt(peak.PerSecond))
        {
            var round = await storm.OpenAsync(rate, cancel);
            Add(report, name, string.Create(CultureInfo.InvariantCulture, $"open loop, {rate} a second"), round);
            if (name == StormLoads.AtHalfPeak) report.Add("p99MsAtHalfPeak", round.Percentile(0.99), "ms; aim: under 50");
        }
        var after = await RawLimits.MeasureAsync(farm, times.Round, cancel);
        var raw = RawLimits.Between(before, after);
        var (ownCalls, ownCallCpuMs) = await RawLimits.CallsAsync(farm, times.Round, inFlight[^1], inFlight[^1], cancel);
        raw.Tell(report);
        report.Add("rawOwnCallsPerSecond", ownCalls, string.Create(CultureInfo.InvariantCulture, $"empty mTLS gRPC calls/s, {inFlight[^1]} in flight, each on a connection of its own, as stations have"));
        report.Add("rawOwnCallCpuMs", ownCallCpuMs, "ms of the bare server's CPU for each of those");
        report.Add("brokerStartMs", farm.Broker.StartTime.TotalMilliseconds, "from the process's start to the listening socket");
        report.Add("brokerIdleMib", farm.IdleBytes / 1048576.0, "resident, agents attached, nobody has signed in");
        report.Add("brokerMib", ProcessTable.ResidentBytes(farm.Broker.Pid) / 1048576.0, "resident at the end");
        report.Add("peakPerSecond", peak.PerSecond, "whole sign-ins/s");
        report.Add("efficiency", peak.PerSecond / raw.Bound, "aim: at least 0.7");
        report.Add("efficiencyWithoutBroker", 1000 * Environment.ProcessorCount / peak.OthersCpuMs / raw.Bound, "what slapd, Redis and the load would leave of these cores to a broker that costs nothing, at what each of them took for a sign-in at the peak: where that is below the aim, no broker reaches it here");
        report.Add("brokerCpuMsPerSignIn", peak.BrokerCpuMs, "ms of the broker's CPU for each, at the peak; aim: at most 0.2");
        var parts = SignInParts.With(peak.RedisScripts);
        report.Add("redisScripts", parts.Scripts, "script calls for each sign-in at the peak, with records and the hosts' reports");
        report.Add("partsPerSecond", raw.BoundOf(parts), "sign-ins/s of a broker that costs nothing, with as many of each as a sign-in has: 3 calls, 1 bind, 2 searches, its script calls");
        report.Add("partsEfficiency", peak.PerSecond / raw.BoundOf(parts), "the peak by that");
        report.Add("brokerCpuFloorMs", raw.CpuMsOf(parts, raw.CallCpuMs), "ms of CPU on the broker's side of those parts alone, each straight and at full speed: a broker that decides nothing");
        report.Add("brokerCpuFloorOwnMs", raw.CpuMsOf(parts, ownCallCpuMs), "the same with each call on a connection of its own");
        report.Add("redisRoundTrips", rounds[0].RedisReads, "times that Redis read for each sign-in, one in flight, agents' reports taken off; aim: at most 2");
        report.Add("doubleHeld", storm.DoubleHeld, "desktops, sessions or people held twice, over all rounds; must be 0");
        report.Add("failures", crowd.Failures.Values.Sum(), "over all rounds");
        foreach (var (what, count) in crowd.Failures) Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} × {what}"));
        return storm.DoubleHeld;
    }

    // How long each round is, and how long people come before any round counts.
    private sealed record StormTimes(TimeSpan Round, TimeSpan WarmUp);

    // How many at once in closed loops, ascending, and how many a second in open ones (none = by the peak).
    private sealed record StormLoads(int[] InFlight, int[] PerSecond)
    {
        public const string AtHalfPeak = "atHalfPeak";

        private static readonly (string Name, double Part)[] _ofPeak = [("atQuarterPeak", 0.25), (AtHalfPeak, 0.5), ("atThreeQuartersPeak", 0.75)];

        public IEnumerable<(string Name, int Rate)> OpenAt(double peak) => PerSecond is []
            ? _ofPeak.Select(one => (one.Name, Math.Max(1, (int)(peak * one.Part))))
            : PerSecond.Select(rate => (string.Create(CultureInfo.InvariantCulture, $"open{rate}"), rate));
    }

    private static void Add(Report report, string name, string how, StormRound round)
    {
        report.Add($"{name}PerSecond", round.PerSecond, $"whole sign-ins/s, {how}");
        report.Add($"{name}P50Ms", round.Percentile(0.5), "ms");
        report.Add($"{name}P95Ms", round.Percentile(0.95), "ms");
        report.Add($"{name}P99Ms", round.Percentile(0.99), "ms");
        report.Add($"{name}BrokerCpuMs", round.BrokerCpuMs, "ms of CPU for each: the broker");
        report.Add($"{name}DirectoryCpuMs", round.DirectoryCpuMs, "slapd");
        report.Add($"{name}RedisCpuMs", round.RedisCpuMs, "Redis");
        report.Add($"{name}LoadCpuMs", round.LoadCpuMs, "this process: stations and agents");
        report.Add($"{name}StolenPercent", round.StolenPercent, "of the cores' time that the machine below gave to others");
    }
}
