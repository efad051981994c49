using System.Globalization;
using System.Net.Sockets;
using VdiBroker.Checks;
using VdiBroker.Kernel;
using VdiBroker.Storage;

namespace VdiBroker.Hosts;

/// <summary>Tries the session hosts: address, RDP port, when their agents last reported; and says which are drained, or will be.</summary>
internal sealed class HostCheck(HostCatalogue hosts, DateTimeOffset now)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);

    /// <summary>Tries all hosts at once.</summary>
    /// <param name="board">Null when the store is out of reach: agents' reports are left out then.</param>
    /// <param name="store">The store behind the board.</param>
    /// <param name="drains">What is planned; null when the store is out of reach.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async Task<IReadOnlyList<CheckFinding>> RunAsync(HostBoard? board, RedisStore? store, DrainBook? drains, CancellationToken cancel)
    {
        var found = await Task.WhenAll(hosts.Hosts.Values.OrderBy(host => host.Id.Value, StringComparer.Ordinal).Select(async host =>
            (IEnumerable<CheckFinding>)[await PortAsync(host, cancel), .. board is null || store is null ? [] : (CheckFinding[])[await ReportAsync(host.Id, board, store)]]));
        return [.. found.SelectMany(some => some), .. drains is null ? [] : await DrainsAsync(drains)];
    }

    private static async Task<CheckFinding> PortAsync(SessionHost host, CancellationToken cancel)
    {
        var (what, where) = ($"host {host.Id}", $"{host.Address}:{host.Port}");
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        late.CancelAfter(Limit);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(host.Address, host.Port, late.Token);
            return CheckFinding.Good(what, where, "takes connections");
        }
        catch (SocketException fault)
        {
            return CheckFinding.Bad(what, where, $"cannot be connected from here: {fault.SocketErrorCode}", "look at its xrdp, at 'address' and 'port' in the city file, at firewalls (stations connect to it themselves)");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return CheckFinding.Bad(what, where, $"does not answer within {Limit.TotalSeconds:0} s", "is it switched on? Look at firewalls on the way");
        }
    }

    private async Task<IEnumerable<CheckFinding>> DrainsAsync(DrainBook drains) =>
        from drain in (await drains.AllAsync()).Values
        where !(drain.Until <= now)
        orderby drain.Host.Value
        select drain.IsUnreadable
            ? CheckFinding.Bad($"host {drain.Host}", "drains", $"has a drain that nobody can read ({drain.Why}): it takes no new sessions, and nobody is ended there by it", $"decide anew: broker host drain {drain.Host}, or broker host undrain {drain.Host}")
            : hosts.Find(drain.Host) is null
            ? CheckFinding.Warning($"host {drain.Host}", "drains", $"is no host of the city file any more, and {DrainText(drain)}", $"broker host undrain {drain.Host}")
            : CheckFinding.Warning($"host {drain.Host}", "drains", $"{DrainText(drain)}{(drain.From <= now ? ": it takes no new sessions" : "")}", $"nothing, if that is meant; else: broker host undrain {drain.Host}");

    private string DrainText(HostDrain drain) => string.Create(CultureInfo.InvariantCulture,
        $"{(now < drain.From ? "will be drained from" : now < drain.EndsAt ? "is being drained since" : "is out of service since")} {drain.From:yyyy-MM-dd HH:mm} UTC{(drain.Until is { } until ? string.Create(CultureInfo.InvariantCulture, $" until {until:yyyy-MM-dd HH:mm} UTC") : "")}");

    private async Task<CheckFinding> ReportAsync(HostId host, HostBoard board, RedisStore store)
    {
        var (what, where) = ($"host {host}", "its agent");
        if (await store.RunAsync("read board", db => board.LookAsync(db, [host], tallies: true)) is not [{ Seen: { } seen, Tally: var tally }])
            return CheckFinding.Bad(what, where, "has never reported", "start vdi-agent on the host; its own log says what keeps it");
        var age = now - seen.SeenAt;
        return age <= hosts.Thresholds.DeadAfter
            ? CheckFinding.Good(what, where, string.Create(CultureInfo.InvariantCulture, $"reported {Math.Max(0, age.TotalSeconds):0.0} s ago, {tally.Sessions} sessions"))
            : CheckFinding.Bad(what, where, string.Create(CultureInfo.InvariantCulture, $"reported last {seen.SeenAt:yyyy-MM-dd HH:mm:ss} UTC: the host is offered to nobody"), "look at vdi-agent on the host, and whether a broker runs");
    }
}
