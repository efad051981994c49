using System.CommandLine;
using System.Globalization;
using Grpc.Core;
using VdiBroker.Bench.Raw;
using VdiBroker.Bench.Storm;
using VdiBroker.City.Processes;
using VdiBroker.Protocol.Station.V1;

namespace VdiBroker.Bench.Stations;

/// <summary><c>stations</c>: what idle stations cost the broker, how fast all are told something, how they come back after a restart; the same of a bare gRPC server in the same run.</summary>
internal static class StationsCommand
{
    private const int Lost = 1;
    private const int FirstStation = 10_000;
    private const int Processes = 4;
    private const int Comers = 64;
    private const int ComersPerSecond = 10;
    // Reconciling costs by the session and report, whatever the stations do: big hosts that report every 5 s leave the figures to the stations.
    private static readonly TimeSpan _reportEvery = TimeSpan.FromSeconds(5);

    /// <summary>The command.</summary>
    public static Command Build()
    {
        var stations = new Option<int>("--stations") { Description = "how many", DefaultValueFactory = _ => 10_000 };
        var seats = new Option<int>("--seats") { Description = "of each host", DefaultValueFactory = _ => 500 };
        var calm = new Option<double>("--calm") { Description = "seconds without anything before memory is looked at", DefaultValueFactory = _ => 8 };
        var broker = new Option<FileInfo?>("--broker") { Description = "the broker's program; without it: that of the repository's build" };
        var bare = new Option<bool>("--without-bare") { Description = "leaves the bare server out" };
        var json = new Option<FileInfo?>("--json") { Description = "takes the figures" };
        var command = new Command("stations", "thousands of stations with a connection and an idle stream each: memory, handshakes, an order to all, a restart") { stations, seats, calm, broker, bare, json };
        command.SetAction(async (parsed, cancel) =>
        {
            var report = new Report();
            var plan = new StormPlan(0, parsed.GetValue(broker)?.FullName) { Seats = parsed.GetValue(seats), ReportEvery = _reportEvery, DetachedFor = TimeSpan.FromSeconds(2) };
            var lost = await MeasureAsync(report, FleetSize.Of(parsed.GetValue(stations), Processes) with { Calm = TimeSpan.FromSeconds(parsed.GetValue(calm)) }, plan, !parsed.GetValue(bare), cancel);
            report.Write(Console.Out, parsed.GetValue(json));
            return lost == 0 ? 0 : Lost;
        });
        return command;
    }

    // Gives how many were lost.
    private static async Task<int> MeasureAsync(Report report, FleetSize size, StormPlan plan, bool withBare, CancellationToken cancel)
    {
        report.AddLoad("stationsLoad");
        report.Add("reportEveryS", _reportEvery.TotalSeconds, "s between two reports of a host on which nothing changes");
        report.Add("stations", size.Stations, "each with its own mTLS connection and stream");
        var comers = Math.Clamp(size.Stations / 4, 200, 2000);
        await using var farm = await StormFarm.StartAsync(plan with { People = size.Stations + comers }, cancel);
        report.Add("rawOpensslHandshakeCpuMs", await RawHandshake.CpuMsAsync(farm, TimeSpan.FromSeconds(3), cancel), "ms of CPU of OpenSSL's own s_server for each TCP connection and mTLS handshake, one at a time: no server on this OpenSSL can need less");
        if (withBare) (await PlayBareAsync(farm, size, cancel)).Tell(report, raw: true);
        report.Add("brokerStartMs", farm.Broker.StartTime.TotalMilliseconds, "from the process's start to the listening socket");
        report.Add("brokerIdleMib", farm.IdleBytes / 1048576.0, "resident before anybody came");
        var run = await PlayBrokerAsync(report, farm, size, cancel);
        run.Tell(report, raw: false);
        return run.Lost;
    }

    private static async Task<StationsRun> PlayBareAsync(StormFarm farm, FleetSize size, CancellationToken cancel)
    {
        await using var bare = await BareServer.StartAsync(farm, cancel);
        using var console = farm.Station(FirstStation - 1, bare.Uri);
        await using var fleet = Fleet.Start(farm, bare.Uri, size, FirstStation, _ => Task.CompletedTask);
        await new StationService.StationServiceClient(console).CloseAsync(new CloseRequest(), cancellationToken: cancel);
        var server = new StationsServer(() => bare.Pid, async () => await new StationService.StationServiceClient(console).ShownAsync(new ShownRequest(), cancellationToken: cancel),
            () => Task.CompletedTask, bare.StopAsync, () => bare.StartAsync(cancel));
        return await StationsRun.PlayAsync(fleet, size, server, null, cancel);
    }

    private static async Task<StationsRun> PlayBrokerAsync(Report report, StormFarm farm, FleetSize size, CancellationToken cancel)
    {
        using var crowd = new Crowd(farm, Comers, farm.People.Skip(size.Stations));
        await using var fleet = Fleet.Start(farm, farm.Broker.Uri, size, FirstStation, async desktop =>
        {
            if (!await farm.Agents[desktop.Host].LetInAsync(desktop.User, desktop.Ticket, DateTime.UtcNow + TimeSpan.FromSeconds(30))) throw new InvalidOperationException("a fresh ticket was refused");
        });
        using var coming = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var comers = Task.FromResult((Came: 0, Refused: 0));
        // All hosts fall silent at once: one thing that the broker has to tell every station.
        async Task PushAsync()
        {
            foreach (var agent in farm.Agents.Values) agent.Leave();
            await Task.CompletedTask;
        }
        var server = new StationsServer(() => farm.Broker.Pid, PushAsync, async () =>
        {
            foreach (var agent in farm.Agents.Values) agent.Return();
            await Eventually.HoldsAsync("every agent attached again", TimeSpan.FromSeconds(60), () => farm.Agents.Values.All(agent => agent.IsAttached), cancel);
            comers = ComeAsync(crowd, coming.Token);
        }, farm.Broker.StopAsync, farm.Broker.StartAsync);
        var run = await StationsRun.PlayAsync(fleet, size, server, [.. farm.People.Take(size.Stations).Select(person => new Sitter(person.Login, person.Password))], cancel);
        await coming.CancelAsync();
        var (came, refused) = await comers;
        report.Add("signInsMeanwhile", came, string.Create(CultureInfo.InvariantCulture, $"other people's whole sign-ins while all stations came back, {ComersPerSecond} begun a second"));
        report.Add("signInsRefusedMeanwhile", refused, "of those, while there was no broker, or as a refusal; they come again");
        report.Add("doubleHeld", crowd.DoubleHeld(), "desktops, sessions or people held twice; must be 0");
        return run;
    }

    private static async Task<(int Came, int Refused)> ComeAsync(Crowd crowd, CancellationToken cancel)
    {
        var (came, refused, under) = (0, 0, new List<Task>());
        for (var number = 0; !cancel.IsCancellationRequested && crowd.Outside > 0; number++)
        {
            under.Add(OneAsync(number));
            await Task.Delay(TimeSpan.FromSeconds(1.0 / ComersPerSecond), cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        await Task.WhenAll(under);
        return (came, refused);

        async Task OneAsync(int station)
        {
            try
            {
                if ((await crowd.ComeAsync(station)).Login is null) Interlocked.Increment(ref refused);
                else Interlocked.Increment(ref came);
            }
            catch (Exception counted) when (counted is RpcException or InvalidOperationException)
            {
                Interlocked.Increment(ref refused);
            }
        }
    }
}
