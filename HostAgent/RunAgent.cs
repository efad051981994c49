using System.Net.Sockets;
using System.Runtime.InteropServices;
using VdiBroker.Agent.Configuration;
using VdiBroker.Agent.Ending;
using VdiBroker.Agent.Grants;
using VdiBroker.Agent.Link;
using VdiBroker.Agent.Local;
using VdiBroker.Agent.Printing;
using VdiBroker.Agent.Visitors;
using VdiBroker.Agent.Watching;
using VdiBroker.Protocol;

namespace VdiBroker.Agent;

/// <summary><c>vdi-agent run</c>: all parts together, until SIGTERM or SIGINT.</summary>
internal static class RunAgent
{
    /// <summary>Exit statuses beside 0.</summary>
    public const int Failed = 1, WronglyConfigured = 2, PlaceTaken = 3;

    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(1.5);

    /// <summary>Runs.</summary>
    /// <returns>Exit status.</returns>
    public static async Task<int> RunAsync(string config, IReadOnlyList<(string Key, string Value)> options)
    {
        MachineAuthorities.LeaveUnread();
        var log = new AgentLog(Console.Out);
        var (settings, errors) = SettingsReader.Read(config, options);
        if (settings is null)
        {
            foreach (var error in errors) log.Error(error);
            return WronglyConfigured;
        }
        LocalPlace place;
        try
        {
            place = LocalPlace.Take(settings.Socket);
        }
        catch (Exception fault) when (fault is LocalPlaceTakenException or IOException or UnauthorizedAccessException or SocketException)
        {
            log.Error($"{settings.Socket}: {fault.Message}");
            return PlaceTaken;
        }
        using var end = new CancellationTokenSource();
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => End(signal, end));
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => End(signal, end));
        using (place) return await RunAsync(settings, place, log, end.Token);
    }

    private static async Task<int> RunAsync(AgentSettings settings, LocalPlace place, AgentLog log, CancellationToken cancel)
    {
        var time = TimeProvider.System;
        var boot = BootClock.BootId();
        using var bell = new ReportBell();
        var desktops = new DesktopFiles(settings.Desktops, log);
        var grants = new GrantBook(new StateFile(settings.Socket + ".grants", boot, log), desktops);
        grants.Load();
        var names = new UserNames(new StateFile(settings.Socket + ".names", boot, log), time);
        var watch = new SessionWatch(grants, names, bell, log, time);
        var ending = new SessionEnding(watch, grants, bell, log, time, cancel);
        var orphans = new OrphanWatch(watch, ending, log, time);
        var idle = new IdleTimes(watch, log, time);
        var cups = new HostCups(settings.Cups, settings.CupsSpool);
        var accounts = new VisitorAccounts(settings.VisitorAccounts, settings.VisitorHomes);
        var visitors = new VisitorBook(accounts, log, time);
        visitors.Recover(grants);
        var wiping = new VisitorWatch(visitors, new Wipe(accounts, desktops, cups, time), watch, grants, bell, log);
        var attachment = new Attachment(new Observer(watch, grants, idle, visitors, time), bell, ending, visitors, log, boot);
        var link = new BrokerLink(settings, new IdentityFiles(settings, log, time), new IdentityEnd(settings, log, time), attachment, log, time);
        var printers = new RoomPrinters(grants, watch, cups, log, time);
        var local = new LocalServer(place.Listener, new TicketDesk(link, grants, watch, visitors, log, time), watch, printers, log);
        log.Notice($"vdi-agent runs, socket {settings.Socket}, brokers {string.Join(", ", settings.Brokers.Select(broker => broker.Authority))}");
        Task[] parts = [watch.RunAsync(cancel), orphans.RunAsync(cancel), idle.RunAsync(cancel), wiping.RunAsync(cancel), link.RunAsync(cancel), local.RunAsync(cancel), printers.RunAsync(cancel)];
        try
        {
            await await Task.WhenAny(parts);
            return Failed;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            await Task.WhenAll([.. parts, ending.SettledAsync()]).WaitAsync(EndsWithin, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            log.Notice("vdi-agent ends; sessions run on");
            return 0;
        }
        catch (Exception fault)
        {
            log.Error($"vdi-agent cannot go on: {fault.GetType().Name}: {fault.Message}");
            return Failed;
        }
    }

    private static void End(PosixSignalContext signal, CancellationTokenSource end)
    {
        signal.Cancel = true;
        end.Cancel();
    }
}
