using System.CommandLine;
using System.Globalization;

namespace VdiBroker.Bench.Sizing;

/// <summary><c>sizing</c>: what a department, a region and a country take, by the measured costs, and whether a simulated morning with losses agrees.</summary>
internal static class SizingCommand
{
    private const int Disagrees = 1;

    // Half busy, nobody should wait; at the loss of a machine, as long as the loss lasts, and what has piled up behind it.
    private const double MostP99Ms = 250;
    private const double MostMs = 10_000;
    private static readonly (string Name, int Stations)[] _usual = [("town", 1_000), ("department", 10_000), ("region", 100_000), ("country", 1_000_000)];

    /// <summary>The command.</summary>
    public static Command Build()
    {
        var stations = new Option<int?>("--stations") { Description = "only so many stations" };
        var storm = new Option<FileInfo?>("--storm") { Description = "JSON of a storm: its costs count" };
        var idle = new Option<FileInfo?>("--idle") { Description = "JSON of stations: its memory and handshakes count" };
        var ladder = new Option<FileInfo?>("--ladder") { Description = "JSON of a ladder with its 100,000 sessions: what running desktops take counts" };
        var json = new Option<FileInfo?>("--json") { Description = "takes the figures" };
        var command = new Command("sizing", "machines for so many stations, by measured costs, checked by a simulation that loses a broker and a shard") { stations, storm, idle, ladder, json };
        command.SetAction(parsed =>
        {
            var (report, costs) = (new Report(), MeasuredCosts.Read(parsed.GetValue(storm), parsed.GetValue(idle), parsed.GetValue(ladder)));
            Console.WriteLine($"costs: {costs.Run} ({costs.Machine})");
            var cases = parsed.GetValue(stations) is { } only ? [("asked", only)] : _usual;
            var sound = cases.Select(one => Add(report, one.Item1, one.Item2, costs)).ToList().All(agrees => agrees);
            report.Write(Console.Out, parsed.GetValue(json));
            return sound ? 0 : Disagrees;
        });
        return command;
    }

    private static bool Add(Report report, string name, int stations, MeasuredCosts costs)
    {
        var morning = Morning.Of(stations);
        var sized = SizingModel.Size(morning, costs);
        var played = new MorningSimulation(morning, costs, sized, seed: 830).Play();
        report.Add($"{name}Stations", stations, string.Create(CultureInfo.InvariantCulture, $"stations; {morning.PerSecond:0.#} sign-ins/s for {morning.Within.TotalMinutes:0} min"));
        report.Add($"{name}Brokers", sized.Brokers, string.Create(CultureInfo.InvariantCulture, $"machines of {SizingModel.CoresOfBroker} cores and {sized.BrokerGib:0.#} GiB, one of them spare"));
        report.Add($"{name}Shards", sized.Shards, string.Create(CultureInfo.InvariantCulture, $"Redis masters of a core and {sized.ShardGib:0.#} GiB, each with a replica; {sized.Farms} farms or more"));
        report.Add($"{name}Directories", sized.Directories, string.Create(CultureInfo.InvariantCulture, $"directory servers of {SizingModel.CoresOfDirectory} cores, one of them spare"));
        report.Add($"{name}Cores", sized.Cores, "all together");
        report.Add($"{name}Gib", sized.Gib, "GiB of brokers and Redis together");
        report.Add($"{name}P99Ms", played.P99Ms, "simulated: ms, who met no loss");
        report.Add($"{name}LongestMs", played.LongestMs, "simulated: ms, who met the loss of a broker or a shard");
        report.Add($"{name}BrokerBusy", played.BrokerBusy, "simulated: part of the brokers' time, the standing part in it");
        report.Add($"{name}BusiestShard", played.BusiestShard, "the same of the busiest shard");
        report.Add($"{name}Lost", played.Lost, "simulated: sign-ins without an end; must be 0");
        return played is { Lost: 0, P99Ms: <= MostP99Ms, LongestMs: <= MostMs, BusiestShard: <= 0.9 };
    }
}
