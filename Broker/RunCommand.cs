using System.CommandLine;
using System.Net.Sockets;
using VdiBroker.CityFile;
using VdiBroker.Directory;
using VdiBroker.Help;
using VdiBroker.Hosts;
using VdiBroker.Machines;
using VdiBroker.Observability;
using VdiBroker.Pools;
using VdiBroker.Presence;
using VdiBroker.Profiles;
using VdiBroker.Protocol;
using VdiBroker.Records;
using VdiBroker.Rpc;
using VdiBroker.Sessions;
using VdiBroker.Stations;
using VdiBroker.Storage;

namespace VdiBroker;

/// <summary><c>broker run</c>: the service.</summary>
internal static partial class RunCommand
{
    private const int BadConfiguration = 2;
    private const int CouldNotStart = 3;

    /// <summary>The command.</summary>
    public static Command Build()
    {
        var config = new Option<string>("--config") { Description = "the broker's own settings", DefaultValueFactory = _ => "/etc/vdibroker/broker.json" };
        var command = new Command("run", "run the broker") { config };
        command.SetAction((parsed, cancel) => RunAsync(parsed.GetRequiredValue(config), cancel));
        return command;
    }

    private static async Task<int> RunAsync(string path, CancellationToken cancel)
    {
        var options = BrokerOptions.Read(path, out var faults);
        if (faults.Count > 0) return Complain(string.Join('\n', faults), BadConfiguration);
        var document = CityDocument.Read(options.City);
        var plan = CityPlan.Read(document);
        if (document.Faults.Count > 0) return Complain(document.FaultText(), BadConfiguration);
        var released = TlsBuffers.ReleaseWhenEmpty();
        if (!options.TrustsTheMachine) MachineAuthorities.LeaveUnread();
        try
        {
            await ServeAsync(options, plan, released, cancel);
            return 0;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidOperationException or SocketException or System.Security.Cryptography.CryptographicException)
        {
            return Complain($"cannot start: {fault.Message}", CouldNotStart);
        }
    }

    private static async Task ServeAsync(BrokerOptions options, CityPlan plan, bool buffersReleased, CancellationToken cancel)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        // What was read goes on where it was read, see Program.cs: no thread is woken between the socket and the call.
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true);
        LogFormat.Use(builder.Logging, options.Log);
        using var early = LoggerFactory.Create(logging => LogFormat.Use(logging, options.Log));
        if (!buffersReleased) LogBuffersKept(early.CreateLogger(nameof(RunCommand)));
        await using var own = options.Redis is null ? await EmbeddedRedis.StartAsync(options.State, early.CreateLogger<EmbeddedRedis>(), cancel) : null;
        await using var store = await RedisStore.ConnectAsync(own?.Options ?? options.Redis!, plan.Farm, early.CreateLogger<RedisStore>());

        builder.Services.AddRouting().AddSingleton(TimeProvider.System)
            .AddStorage(store, plan.Farm, options.State)
            .AddObservability(options.Telemetry, plan.Farm)
            .AddRpc(plan.City, options.Endpoint, options.Tls, options.Telemetry.Measures)
            .AddStations(plan.Profiles.Homes, options.Enrolment)
            .AddPresence()
            .AddDirectory(plan.Directories.Directories, plan.Directories.Branches).AddDirectoryReports()
            .AddAdmission(plan.Lockout, plan.Limited, plan.Directories)
            .AddProfiles(plan.Profiles)
            .AddHosts(plan.Hosts)
            .AddMachines(plan.Machines)
            .AddPools(plan.Pools)
            .AddRecords(plan.Records, plan.Tenants, plan.Operators)
            .AddHelp()
            .AddSessions(plan.People);
        if (options.Telemetry.Measures) builder.Services.AddFleetGauges();
        await using var app = builder.Build();
        app.UseObservability(options.Telemetry);
        app.UseStrangersDoor();
        app.UseRouting();
        app.MapStations(options.Enrolment);
        app.MapPresence();
        app.MapRecords();
        app.MapSessions();
        await app.StartAsync(cancel);
        LogReady(app.Logger, options.Endpoint.ToString(), plan.City, plan.Farm, plan.Hosts.Hosts.Count, plan.Pools.Pools.Count);
        await using var asked = cancel.Register(app.Lifetime.StopApplication);
        await app.Services.GetRequiredService<StreamsEnd>().SaidAsync();
        await app.WaitForShutdownAsync(cancel);
        // The host stops when one of its jobs breaks down, and would call that a good end.
        if (app.Services.GetServices<IHostedService>().OfType<BackgroundService>().FirstOrDefault(job => job.ExecuteTask is { IsFaulted: true }) is { } broken)
            throw new InvalidOperationException($"{broken.GetType().Name} broke down: {broken.ExecuteTask!.Exception!.InnerException?.Message}");
    }

    private static int Complain(string message, int status)
    {
        Console.Error.WriteLine(message);
        return status;
    }

    [LoggerMessage(1, LogLevel.Information, "ready on {endpoint}: city {city}, farm {farm}, {hosts} hosts, {pools} pools")]
    private static partial void LogReady(ILogger logger, string endpoint, string city, string farm, int hosts, int pools);

    [LoggerMessage(2, LogLevel.Information, "this OpenSSL cannot be told to give empty buffers back: each connected station takes some 12 KiB more")]
    private static partial void LogBuffersKept(ILogger logger);
}
