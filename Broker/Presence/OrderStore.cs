using System.Collections.Immutable;
using System.Globalization;
using Google.Protobuf;
using StackExchange.Redis;
using VdiBroker.Kernel;
using VdiBroker.Storage;
using Order = VdiBroker.Protocol.Station.V1.Order;

namespace VdiBroker.Presence;

/// <summary>What became of an order.</summary>
/// <param name="Number">Of the order.</param>
/// <param name="PutAt">When it was given.</param>
/// <param name="EndedAt">When this was known.</param>
/// <param name="Act">What it was, in a word.</param>
/// <param name="By">Who gave it.</param>
/// <param name="Outcome"><c>done</c>, <c>not-now</c>, <c>failed</c>, <c>unknown</c> by the station's word; <c>expired</c>: the station was not there in time.</param>
/// <param name="Text">The station's own word, lines.</param>
internal sealed record EndedOrder(long Number, DateTimeOffset PutAt, DateTimeOffset EndedAt, string Act, string By, string Outcome, string Text);

/// <summary>Orders to stations in Redis: each waits until its station has said what became of it.</summary>
internal sealed class OrderStore(RedisStore store, KeySpace keys)
{
    /// <summary>So many orders may wait for one station.</summary>
    public const int MostWaiting = 16;

    private const int OutcomeParts = 6;
    private static readonly Script _put = new("put_order");
    private static readonly Script _pending = new("pending_orders");
    private static readonly Script _finish = new("finish_order");

    /// <summary>Gives an order.</summary>
    /// <param name="station">To whom.</param>
    /// <param name="order">What; its number is given here.</param>
    /// <param name="by">Who, without a bar.</param>
    /// <param name="life">How long it may wait for the station.</param>
    /// <returns>Its number; null when <see cref="MostWaiting"/> wait already.</returns>
    /// <exception cref="StoreException">The store is out of reach: it may have been given all the same.</exception>
    public async Task<long?> PutAsync(StationId station, Order order, string by, TimeSpan life)
    {
        var number = long.Parse((string)(await store.CommitAsync(_put, [keys.Counter, keys.OrdersTo(station), keys.OutcomesOf(station), keys.Events],
            [keys.Doorbell.ToString(), station.Value, order.ToByteArray(), by.Replace('|', '/'), WordOf(order), (long)life.TotalMilliseconds, MostWaiting]))!, CultureInfo.InvariantCulture);
        return number == 0 ? null : number;
    }

    /// <summary>What waits for a station, the oldest first.</summary>
    /// <exception cref="StoreException">The store is out of reach.</exception>
    public async Task<ImmutableArray<Order>> PendingAsync(StationId station)
    {
        var rows = (RedisValue[])(await store.RunScriptAsync(_pending, [keys.OrdersTo(station), keys.OutcomesOf(station)], []))!;
        return [.. rows.Chunk(2).OrderBy(row => (long)row[0]).Select(row =>
        {
            var order = Order.Parser.ParseFrom((byte[])row[1]!);
            order.OrderId = row[0].ToString();
            return order;
        })];
    }

    /// <summary>The station's word of an order.</summary>
    /// <returns>False when no such order waits for it: it was told before.</returns>
    /// <exception cref="StoreException">The store is out of reach: it may have been taken all the same.</exception>
    public async Task<bool> FinishAsync(StationId station, string number, string outcome, string text) =>
        (int)await store.RunScriptAsync(_finish, [keys.OrdersTo(station), keys.OutcomesOf(station), keys.Events], [keys.Doorbell.ToString(), station.Value, number, outcome, text]) == 1;

    /// <summary>What became of the station's last orders, the oldest first.</summary>
    /// <exception cref="StoreException">The store is out of reach.</exception>
    public Task<ImmutableArray<EndedOrder>> EndedAsync(StationId station) => store.RunAsync("list outcomes", async db =>
        (await db.HashGetAllAsync(keys.OutcomesOf(station))).Select(row => Read(row.Name.ToString(), row.Value.ToString())).OfType<EndedOrder>().OrderBy(one => one.Number).ToImmutableArray());

    /// <summary>What an order is, in a word: as operators type it.</summary>
    public static string WordOf(Order order) => order.ActCase switch
    {
        Order.ActOneofCase.Message => "message",
        Order.ActOneofCase.SignOut => "sign-out",
        Order.ActOneofCase.Lock => "lock",
        Order.ActOneofCase.Show => "show",
        Order.ActOneofCase.Restart => "restart",
        Order.ActOneofCase.ShutDown => "shut-down",
        Order.ActOneofCase.Wake => "wake",
        Order.ActOneofCase.Collect => "report",
        Order.ActOneofCase.Change => "change",
        _ => "nothing",
    };

    private static EndedOrder? Read(string number, string row)
    {
        var parts = row.Split('|', OutcomeParts);
        return parts.Length == OutcomeParts && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var order) && At(parts[0]) is { } put && At(parts[1]) is { } ended
            ? new EndedOrder(order, put, ended, parts[2], parts[3], parts[4], parts[5])
            : null;
    }

    private static DateTimeOffset? At(string ms) => long.TryParse(ms, NumberStyles.None, CultureInfo.InvariantCulture, out var at) ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null;
}
