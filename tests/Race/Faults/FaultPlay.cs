using System.Collections.Concurrent;
using System.Collections.Immutable;
using VdiBroker.City.Processes;
using VdiBroker.Race.Farm;
using VdiBroker.Race.History;

namespace VdiBroker.Race.Faults;

/// <summary>Carries out a schedule on a running farm and writes down when each fault was in force.</summary>
internal sealed class FaultPlay(RaceFarm farm, RaceHistory history, RaceClock clock)
{
    private static readonly TimeSpan BetweenUpgrades = TimeSpan.FromSeconds(6);
    private readonly ConcurrentDictionary<string, bool> _struck = new();

    /// <summary>Plays; back when the last cause is gone and everything runs again.</summary>
    /// <param name="faults">The schedule.</param>
    /// <param name="stop">No further fault begins; those in force are taken back in order.</param>
    public async Task RunAsync(ImmutableArray<PlannedFault> faults, CancellationToken stop)
    {
        var start = clock.Now;
        await Task.WhenAll(faults.Select(async fault =>
        {
            await PauseAsync(fault.At - (clock.Now - start), stop);
            // On a slow machine the last fault of the same part may not be over yet: then there is nothing to be hit.
            if (stop.IsCancellationRequested || !_struck.TryAdd(PartOf(fault), true)) return;
            await PlayAsync(fault, stop);
            _struck.TryRemove(PartOf(fault), out _);
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
            case FaultKind.Upgrade:
                await UpgradeAsync(fault.For, stop);
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

    private string PartOf(PlannedFault fault) => fault.Kind switch
    {
        FaultKind.BrokerKill or FaultKind.BrokerPause => $"broker{fault.Target % farm.Brokers.Count}",
        FaultKind.StoreKill or FaultKind.StorePause => Fault.Store,
        FaultKind.Upgrade => nameof(FaultKind.Upgrade),
        _ => $"host{fault.Target % farm.Plan.Hosts.Length}",
    };

    private async Task UpgradeAsync(TimeSpan length, CancellationToken stop)
    {
        var end = clock.Now + length;
        for (var n = 0; clock.Now < end && !stop.IsCancellationRequested; n = (n + 1) % farm.Brokers.Count)
        {
            var from = clock.Now;
            await farm.Brokers[n].StopAsync();
            await farm.Brokers[n].StartAsync();
            history.Add(new Fault(from, clock.Now, nameof(FaultKind.Upgrade), Fault.Broker, $"broker{n + 1}"));
            await PauseAsync(BetweenUpgrades, stop);
        }
    }

    private static async Task PauseAsync(TimeSpan pause, CancellationToken stop)
    {
        if (pause > TimeSpan.Zero) await Task.Delay(pause, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
