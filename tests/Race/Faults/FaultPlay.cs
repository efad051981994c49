using System.Collections.Immutable;
using VdiBroker.City.Processes;
using VdiBroker.Race.Farm;
using VdiBroker.Race.History;

namespace VdiBroker.Race.Faults;

/// <summary>Carries out a schedule on a running farm and writes down when each fault was in force.</summary>
internal sealed class FaultPlay(RaceFarm farm, RaceHistory history, RaceClock clock)
{
    /// <summary>Plays; back when the last cause is gone and everything runs again.</summary>
    /// <param name="faults">The schedule.</param>
    /// <param name="stop">No further fault begins; those in force are taken back in order.</param>
    public async Task RunAsync(ImmutableArray<PlannedFault> faults, CancellationToken stop)
    {
        var start = clock.Now;
        await Task.WhenAll(faults.Select(async fault =>
        {
            await PauseAsync(fault.At - (clock.Now - start), stop);
            if (!stop.IsCancellationRequested) await PlayAsync(fault, stop);
        }));
    }

    private async Task PlayAsync(PlannedFault fault, CancellationToken stop)
    {
        var from = clock.Now;
        var host = farm.Plan.Hosts[fault.Target % farm.Plan.Hosts.Length];
        var machine = farm.Machines[host];
        var broker = farm.Brokers[fault.Target % farm.Brokers.Count];
        switch (fault.Kind)
        {
            case FaultKind.BrokerKill:
                await broker.KillAsync();
                await PauseAsync(fault.For, stop);
                await broker.StartAsync();
                break;
            case FaultKind.BrokerPause:
                Signal.Send(broker.Pid, Signal.Stop);
                await PauseAsync(fault.For, stop);
                Signal.Send(broker.Pid, Signal.Continue);
                break;
            case FaultKind.StoreKill when await farm.Store.MasterAsync() is { } master:
                await master.KillAsync();
                await PauseAsync(fault.For, stop);
                await master.StartAsync();
                break;
            case FaultKind.StorePause when await farm.Store.MasterAsync() is { } master:
                master.Pause();
                await PauseAsync(fault.For, stop);
                master.Thaw();
                break;
            case FaultKind.StoreKill or FaultKind.StorePause:
                // In the middle of a failover there is no master to be hit.
                return;
            case FaultKind.AgentKill:
                await machine.KillAgentAsync();
                await PauseAsync(fault.For, stop);
                machine.StartAgent();
                break;
            case FaultKind.AgentPause:
                machine.Freeze(on: true);
                await PauseAsync(fault.For, stop);
                machine.Freeze(on: false);
                break;
            case FaultKind.HostCrash:
                await machine.CrashAsync();
                await PauseAsync(fault.For, stop);
                machine.Start();
                break;
        }
        var (part, target) = fault.Kind switch
        {
            FaultKind.BrokerKill or FaultKind.BrokerPause => (Fault.Broker, $"broker{fault.Target + 1}"),
            FaultKind.StoreKill or FaultKind.StorePause => (Fault.Store, "store"),
            _ => (Fault.Machine, host),
        };
        history.Add(new Fault(from, clock.Now, fault.Kind.ToString(), part, target));
    }

    private static async Task PauseAsync(TimeSpan pause, CancellationToken stop)
    {
        if (pause > TimeSpan.Zero) await Task.Delay(pause, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
