using Google.Protobuf.WellKnownTypes;
using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Protocol.Host.V1;
using VdiBroker.Rpc;
using VdiBroker.Storage;

namespace VdiBroker.Sessions;

/// <summary>An agent that has said who it is.</summary>
internal sealed record Attaching(HostId Host, Hello Hello);

/// <summary>Holds one agent's stream: its readings go to the board and the ledger, orders go back, until either side ends.</summary>
internal sealed class AttachHost(HostBoard board, HostLinks links, HostCatalogue hosts, ReconcileHost reconcile, StreamsEnd ending, ILogger<AttachHost> logger)
{
    /// <summary>Runs until the agent goes, a newer stream of the same host comes, or <paramref name="cancel"/>.</summary>
    /// <param name="who">The agent.</param>
    /// <param name="readings">What it reports.</param>
    /// <param name="send">Sends it an order.</param>
    /// <param name="cancel">The peer's going or the broker's end.</param>
    public async Task RunAsync(Attaching who, IAsyncEnumerable<HostReading> readings, Func<HostOrder, CancellationToken, Task> send, CancellationToken cancel)
    {
        var link = links.Open(who.Host);
        try
        {
            await board.AttachAsync(who.Host, link.Id);
            HostsLog.Attached(logger, who.Host, who.Hello.AgentVersion, who.Hello.BootId);
            link.Send(new HostOrder { Welcome = new Welcome { ReportEvery = Duration.FromTimeSpan(hosts.Thresholds.ReportEvery) } });
            await TwoWays.RunAsync(end => ListenAsync(link, readings, end), (end, cut) => SendAsync(link, order => send(order, cut), end), link.Ended, cancel);
        }
        finally
        {
            links.Close(link);
            // This broker's own end says nothing about the host: its agent is on the way to another one.
            if (!ending.Token.IsCancellationRequested) await DetachAsync(link);
        }
        cancel.ThrowIfCancellationRequested();
    }

    private async Task ListenAsync(HostLink link, IAsyncEnumerable<HostReading> readings, CancellationToken cancel)
    {
        await foreach (var reading in readings.WithCancellation(cancel))
        {
            try
            {
                if (await reconcile.RunAsync(link.Host, link.Id, reading)) continue;
                HostsLog.Stale(logger, link.Host);
                return;
            }
            catch (StoreException fault)
            {
                // The agent reports the whole truth again in a moment: nothing is lost by dropping this one.
                SessionsLog.ReportDropped(logger, link.Host, fault.Message);
            }
        }
    }

    private static async Task SendAsync(HostLink link, Func<HostOrder, Task> send, CancellationToken cancel)
    {
        await foreach (var order in link.Orders.Reader.ReadAllAsync(cancel)) await send(order);
    }

    private async Task DetachAsync(HostLink link)
    {
        HostsLog.Detached(logger, link.Host);
        try
        {
            await board.DetachAsync(link.Host, link.Id);
        }
        catch (StoreOutOfReachException)
        {
            // The board says when the host was last seen; silence is judged by that.
        }
    }
}
