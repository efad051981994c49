using System.Diagnostics;
using System.Globalization;
using VdiBroker.Bench.Storm;
using VdiBroker.City.Processes;

namespace VdiBroker.Bench.Stations;

/// <summary>What the stations are connected to.</summary>
/// <param name="Pid">Its process now.</param>
/// <param name="PushAsync">Brings about one word to every station.</param>
/// <param name="MendAsync">Undoes what the order did, as far as it would be in the way of what follows.</param>
/// <param name="StopAsync">Ends it; back when it has ended.</param>
/// <param name="StartAsync">Starts it again; back when it listens.</param>
internal sealed record StationsServer(Func<int> Pid, Func<Task> PushAsync, Func<Task> MendAsync, Func<Task> StopAsync, Func<Task> StartAsync);

/// <summary>What a fleet of stations costs a server, and how it takes an order and the server's restart.</summary>
internal sealed record StationsRun
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(250);

    public int Stations { get; private set; }

    public double HandshakeCpuMs { get; private set; }

    public double HandshakesPerSecond { get; private set; }

    public double KibPerConnection { get; private set; }

    public double OpenCpuMs { get; private set; }

    public double KibPerStation { get; private set; }

    public double IdleCpuPercent { get; private set; }

    public double PushAllMs { get; private set; }

    public double BackAfterRestartS { get; private set; }

    public double DownS { get; private set; }

    public double BackCpuMs { get; private set; }

    public double TriesPerStation { get; private set; }

    public int Lost { get; private set; }

    /// <summary>Plays it.</summary>
    /// <param name="fleet">The stations, not connected.</param>
    /// <param name="size">How many there are.</param>
    /// <param name="server">What they speak to.</param>
    /// <param name="people">Who sits there; null = nobody signs in.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<StationsRun> PlayAsync(Fleet fleet, FleetSize size, StationsServer server, IReadOnlyList<Sitter>? people, CancellationToken cancel)
    {
        var run = new StationsRun { Stations = size.Stations };
        await run.ConnectAsync(fleet, server, people, size.Calm, cancel);
        await run.PushAsync(fleet, server, cancel);
        await run.RestartAsync(fleet, server, cancel);
        return run;
    }

    /// <summary>Adds its figures.</summary>
    /// <param name="report">Takes them.</param>
    /// <param name="raw">They are the bare server's.</param>
    public void Tell(Report report, bool raw)
    {
        string Name(string name) => raw ? $"raw{char.ToUpperInvariant(name[0])}{name[1..]}" : name;
        void Add(string name, double value, string meaning, string aim = "") => report.Add(Name(name), value, raw ? $"{meaning} (bare gRPC server)" : meaning + aim);
        Add("kibPerConnection", KibPerConnection, "KiB resident of each connection that nothing is asked on");
        Add("kibPerStation", KibPerStation, "KiB resident of each station with its idle stream", "; aim: at most 48");
        Add("handshakeCpuMs", HandshakeCpuMs, "ms of CPU for each TCP and mTLS connection with one empty call", "; aim: at most 1.5");
        Add("handshakesPerSecond", HandshakesPerSecond, "16 at once, the stations on the same cores");
        if (!raw) Add("openCpuMs", OpenCpuMs, "ms of the broker's CPU for each sign-in, opening and redemption, agents' reports in it");
        Add("idleCpuPercent", IdleCpuPercent, "of one core, all stations idle: their pings (2 s), its pings (5 s), agents' reports");
        Add("pushAllMs", PushAllMs, "ms from the first station that was told to the last", "; aim: under 1,000");
        Add("backAfterRestartS", BackAfterRestartS, "s from the order to stop until the last station follows again", "; aim: 45");
        Add("downS", DownS, "s of it until it listened again");
        Add("backCpuMs", BackCpuMs, "ms of CPU of the new process for each station that came back, its start in it");
        Add("triesPerStation", TriesPerStation, "streams tried by each station to come back");
        Add("lost", Lost, "stations that were not back, or were told an end", "; must be 0");
    }

    private async Task ConnectAsync(Fleet fleet, StationsServer server, IReadOnlyList<Sitter>? people, TimeSpan calm, CancellationToken cancel)
    {
        var (memory, cpu, clock) = (ProcessTable.ResidentBytes(server.Pid()), Cpu.Of(server.Pid()), Stopwatch.StartNew());
        Check(await fleet.OrderAsync("meet", cancel));
        HandshakeCpuMs = Each(Cpu.Of(server.Pid()) - cpu);
        HandshakesPerSecond = Stations / clock.Elapsed.TotalSeconds;
        await Task.Delay(calm, cancel);
        KibPerConnection = KibEach(server, memory);
        cpu = Cpu.Of(server.Pid());
        if (people is not null) Check(await fleet.OrderAsync("open", cancel, people));
        OpenCpuMs = Each(Cpu.Of(server.Pid()) - cpu);
        await fleet.OrderAsync("follow", cancel);
        await UntilAsync(fleet, "every station on its desktop", state => state.Following == Stations && state.Active == Stations, cancel);
        await Task.Delay(calm, cancel);
        cpu = Cpu.Of(server.Pid());
        await Task.Delay(calm, cancel);
        IdleCpuPercent = (Cpu.Of(server.Pid()) - cpu) / calm * 100;
        KibPerStation = KibEach(server, memory);
    }

    private async Task PushAsync(Fleet fleet, StationsServer server, CancellationToken cancel)
    {
        await fleet.OrderAsync("mark", cancel);
        await server.PushAsync();
        var state = await UntilAsync(fleet, "every station told", told => told.Told == Stations, cancel);
        PushAllMs = Stopwatch.GetElapsedTime(state.FirstTold, state.LastTold).TotalMilliseconds;
    }

    private async Task RestartAsync(Fleet fleet, StationsServer server, CancellationToken cancel)
    {
        await server.MendAsync();
        await fleet.OrderAsync("mark", cancel);
        var from = Stopwatch.GetTimestamp();
        await server.StopAsync();
        await server.StartAsync();
        DownS = Stopwatch.GetElapsedTime(from).TotalSeconds;
        FleetState state;
        try
        {
            state = await UntilAsync(fleet, "every station back", back => back.Following + back.Final == Stations, cancel);
        }
        catch (TimeoutException)
        {
            // Told as lost.
            state = await fleet.OrderAsync("report", cancel);
        }
        BackAfterRestartS = Stopwatch.GetElapsedTime(from, state.LastBack).TotalSeconds;
        BackCpuMs = Each(Cpu.Of(server.Pid()));
        TriesPerStation = (double)state.Tries / Stations;
        Lost = Stations - state.Following;
    }

    private static async Task<FleetState> UntilAsync(Fleet fleet, string what, Func<FleetState, bool> holds, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var state = await fleet.OrderAsync("report", cancel);
            if (holds(state)) return state;
            if (clock.Elapsed > _patience) throw new TimeoutException(string.Create(CultureInfo.InvariantCulture, $"{what}: not within {_patience.TotalMinutes} min: {state}"));
            await Task.Delay(_look, cancel);
        }
    }

    private static void Check(FleetState state)
    {
        if (state.Failed > 0) throw new InvalidOperationException($"{state.Failed} stations failed: {string.Join("; ", state.Causes)}");
    }

    private double Each(TimeSpan cpu) => cpu.TotalMilliseconds / Stations;

    private double KibEach(StationsServer server, long before) => (ProcessTable.ResidentBytes(server.Pid()) - before) / 1024.0 / Stations;
}
