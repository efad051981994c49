using Google.Protobuf.WellKnownTypes;
using VdiBroker.Kernel;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.Rpc;
using VdiBroker.Storage;

namespace VdiBroker.Presence;

/// <summary>What a station has said on its stream.</summary>
internal abstract record StationWord
{
    private StationWord()
    {
    }

    /// <summary>How it is.</summary>
    public sealed record Status(SaidOfItself Said) : StationWord;

    /// <summary>What became of an order.</summary>
    public sealed record Outcome(string Order, string Kind, string Text) : StationWord;
}

/// <summary>Holds one station's stream: what it says is noted, orders that wait for it are sent, until either side ends.</summary>
internal sealed class AttachStation(PresenceStore presences, OrderStore orders, StationLinks links, ILogger<AttachStation> logger)
{
    // An event may be lost with a master of the store's: seldom, and then an order is late by so much.
    private static readonly TimeSpan _look = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan _again = TimeSpan.FromSeconds(1);

    // Whoever talks without end is read five times a second: what they still say waits with them, not here.
    private static readonly TimeSpan _breath = TimeSpan.FromMilliseconds(200);

    /// <summary>Runs until the station goes, a newer stream of it comes, or <paramref name="cancel"/>.</summary>
    /// <param name="station">Who.</param>
    /// <param name="hello">How it introduced itself.</param>
    /// <param name="words">What it says.</param>
    /// <param name="send">Sends it something; its token resets the stream.</param>
    /// <param name="cancel">The peer's going, the broker's end, or its revocation.</param>
    public async Task RunAsync(StationId station, SaidOfItself hello, IAsyncEnumerable<StationWord> words, Func<StationOrder, CancellationToken, Task> send, CancellationToken cancel)
    {
        var link = links.Open(station);
        try
        {
            await presences.AttachedAsync(station, link.Id, hello);
            PresenceLog.Attached(logger, station, hello.Version);
            await send(new StationOrder { Welcome = new StationWelcome { ReportEvery = Duration.FromTimeSpan(StationPresence.ReportEvery) } }, CancellationToken.None);
            await TwoWays.RunAsync(end => ListenAsync(link, words, end), (end, cut) => SendAsync(link, order => send(order, cut), end), link.Ended, cancel);
        }
        finally
        {
            links.Close(link);
            await GoneAsync(link);
        }
        cancel.ThrowIfCancellationRequested();
    }

    private async Task ListenAsync(StationLink link, IAsyncEnumerable<StationWord> words, CancellationToken cancel)
    {
        await foreach (var word in words.WithCancellation(cancel))
        {
            if (!await HearAsync(link, word, cancel)) return;
            await Task.Delay(_breath, cancel);
        }
    }

    // False when another stream speaks for the station.
    private async Task<bool> HearAsync(StationLink link, StationWord word, CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                if (word is not StationWord.Outcome(var order, var kind, var text)) return word is not StationWord.Status(var said) || await presences.TellsAsync(link.Station, link.Id, said);
                if (await orders.FinishAsync(link.Station, order, kind, text)) PresenceLog.Obeyed(logger, link.Station, order, kind);
                return true;
            }
            catch (StoreOutOfReachException)
            {
                // Told by the store. How it is it says again; what became of an order it says once.
                if (word is StationWord.Status) return true;
                await Task.Delay(_again, cancel);
            }
        }
    }

    private async Task SendAsync(StationLink link, Func<StationOrder, Task> send, CancellationToken cancel)
    {
        var sent = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            var rest = _look;
            try
            {
                var pending = await orders.PendingAsync(link.Station);
                sent.IntersectWith(pending.Select(order => order.OrderId));
                foreach (var order in pending.Where(order => sent.Add(order.OrderId))) await send(new StationOrder { OrderGiven = order });
            }
            catch (StoreException)
            {
                // Told by the store; the orders wait there.
                rest = _again;
            }
            await link.Bell.HeardAsync(rest, cancel);
            cancel.ThrowIfCancellationRequested();
        }
    }

    private async Task GoneAsync(StationLink link)
    {
        PresenceLog.Gone(logger, link.Station);
        try
        {
            await presences.GoneAsync(link.Station, link.Id);
        }
        catch (StoreException)
        {
            // Told by the store; a row that is not renewed says as much.
        }
    }
}
