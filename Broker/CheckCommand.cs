using System.CommandLine;
using System.Net.Sockets;
using VdiBroker.Checks;
using VdiBroker.CityFile;
using VdiBroker.Directory;
using VdiBroker.Hosts;
using VdiBroker.Machines;
using VdiBroker.Rpc;
using VdiBroker.Sessions;
using VdiBroker.Stations;
using VdiBroker.Storage;

namespace VdiBroker;

/// <summary><c>broker check</c>: tries everything that the two files name, and says of each thing what was tried, where, and what to do.</summary>
internal static class CheckCommand
{
    /// <summary>The command.</summary>
    public static Command Build(TimeProvider time)
    {
        var config = OpenedCity.ConfigOption();
        var json = new Option<bool>("--json") { Description = "for programs: one object with all findings" };
        var command = new Command("check", "try every file, server, certificate, account, group, host and port for real") { config, json };
        command.SetAction(async (parsed, cancel) =>
        {
            var asJson = parsed.GetValue(json);
            var report = new CheckReport();
            await foreach (var finding in RunAsync(parsed.GetRequiredValue(config), time, cancel))
            {
                report.Add(finding);
                if (!asJson) CheckReport.Write(Console.Out, finding);
            }
            if (asJson) report.WriteJson(Console.Out);
            else Console.WriteLine(report.Summary);
            return report.Findings.Any(finding => finding.What == Files) ? OpenedCity.BadInput : report.ExitCode;
        });
        return command;
    }

    private const string Files = "configuration";

    private static async IAsyncEnumerable<CheckFinding> RunAsync(string config, TimeProvider time, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        var options = BrokerOptions.Read(config, out var faults);
        foreach (var fault in faults) yield return Unreadable(fault);
        if (!File.Exists(options.City)) yield break;
        var document = CityDocument.Read(options.City);
        var plan = CityPlan.Read(document);
        foreach (var fault in document.Faults) yield return Unreadable($"{document.Path}:{fault.Line}: {fault.Message}");
        if (faults.Count > 0 || document.Faults.Count > 0) yield break;

        var now = time.GetUtcNow();
        yield return CheckFinding.Good("city file", document.Path, $"{plan.Tenants.Tenants.Count} tenants, {plan.Directories.Directories.Length} directories, {plan.Hosts.Hosts.Count} hosts, {plan.Pools.Pools.Count} pools");
        foreach (var finding in TlsCheck.Run(options.Tls, plan.City, now)) yield return finding;
        foreach (var finding in EnrolmentCheck.Run(options.Enrolment, plan.City, time)) yield return finding;
        yield return Listen(options);
        await using var store = await ReachAsync(options, plan.Farm);
        foreach (var finding in await StoreAsync(options, store, new KeySpace(plan.Farm), now)) yield return finding;
        foreach (var finding in await DirectoriesAsync(plan, now)) yield return finding;
        var keys = new KeySpace(plan.Farm);
        var board = store is null ? null : new HostBoard(store, keys);
        foreach (var finding in await new HostCheck(plan.Hosts, now).RunAsync(board, store, store is null ? null : new DrainBook(store, keys), cancel)) yield return finding;
        if (store is not null)
        {
            var book = new AssignmentBook(store, keys, new SessionStore(store, keys, board!, plan.Hosts));
            foreach (var finding in await AssignmentCheck.RunAsync(book, plan.Pools.Pools.Values)) yield return finding;
        }
        foreach (var finding in await MachineCheck.RunAsync(plan.Machines, cancel)) yield return finding;
    }

    private static CheckFinding Unreadable(string fault)
    {
        var place = fault.IndexOf(": ", StringComparison.Ordinal);
        return CheckFinding.Bad(Files, place < 0 ? "" : fault[..place], place < 0 ? fault : fault[(place + 2)..], "correct it: nothing else is tried before");
    }

    // All are tried at once.
    private static async Task<IEnumerable<CheckFinding>> DirectoriesAsync(CityPlan plan, DateTimeOffset now)
    {
        var rules = plan.GroupRules.ToLookup(rule => rule.Tenant);
        var found = await Task.WhenAll(plan.Directories.Directories.Select(async directory =>
        {
            var own = plan.Directories.Branches.Where(branch => branch.Directory == directory.Id).ToList();
            return own.Count == 0
                ? [CheckFinding.Warning($"directory {directory.Id}", "city file", "no tenant uses it", "name it as 'directory' of a tenant, or take it out")]
                : await new DirectoryCheck(directory, [.. own], [.. own.SelectMany(branch => rules[branch.Tenant])]).RunAsync(now).ToListAsync();
        }));
        return found.SelectMany(some => some);
    }

    private static CheckFinding Listen(BrokerOptions options)
    {
        const string what = "broker's port";
        try
        {
            using var listener = new TcpListener(options.Endpoint);
            listener.Start();
            return CheckFinding.Good(what, options.Listen, "is free for the broker");
        }
        catch (SocketException fault)
        {
            return fault.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => CheckFinding.Good(what, options.Listen, "is in use: by the broker, if it runs"),
                SocketError.AddressNotAvailable => CheckFinding.Bad(what, options.Listen, "is no address of this machine", "correct 'listen' in broker.json"),
                SocketError.AccessDenied => CheckFinding.Bad(what, options.Listen, "may not be used by this account", "use a port above 1023, or give the broker the right to it"),
                _ => CheckFinding.Bad(what, options.Listen, $"cannot be used: {fault.SocketErrorCode}", "correct 'listen' in broker.json"),
            };
        }
    }

    private static async Task<RedisStore?> ReachAsync(BrokerOptions options, string farm)
    {
        var socket = EmbeddedRedis.SocketIn(options.State);
        if (options.Redis is null && !File.Exists(socket)) return null;
        var store = await RedisStore.ConnectAsync(options.Redis ?? new RedisOptions { Endpoints = [socket] }, farm);
        try
        {
            await StoreCheck.ReachAsync(store);
            return store;
        }
        catch (StoreOutOfReachException)
        {
            await store.DisposeAsync();
            return null;
        }
    }

    private static async Task<IEnumerable<CheckFinding>> StoreAsync(BrokerOptions options, RedisStore? store, KeySpace keys, DateTimeOffset now)
    {
        var where = options.Redis is { } redis ? string.Join(", ", redis.Endpoints) : EmbeddedRedis.SocketIn(options.State);
        if (store is not null) return [.. await StoreCheck.RunAsync(store, where, options.Redis?.Waited ?? 0), .. await StoreCheck.BirthAsync(store, keys, where, now)];
        return options.Redis is null
            ? [CheckFinding.Warning("store", where, "the broker's own Redis does not run: it runs while the broker runs", "start the broker; sessions and hosts' reports were left out of this check")]
            : [StoreCheck.OutOfReach(where, "does not answer")];
    }
}
