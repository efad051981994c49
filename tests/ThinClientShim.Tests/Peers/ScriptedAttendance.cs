using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.Channels;
using Grpc.Core;
using VdiBroker.City.Processes;
using VdiBroker.Protocol.Station.V1;

namespace VdiBroker.ThinClientShim.Tests.Peers;

/// <summary>The broker's side of presence and orders: takes what the station says, gives what the test orders.</summary>
internal sealed class ScriptedAttendance
{
    private readonly Channel<Order> _orders = Channel.CreateUnbounded<Order>();
    private long _last;

    public ConcurrentQueue<StationHello> Hellos { get; } = new();

    public ConcurrentQueue<StationStatus> Statuses { get; } = new();

    public ConcurrentQueue<OrderOutcome> Outcomes { get; } = new();

    /// <summary>Gives an order, and waits for what became of it.</summary>
    public async Task<OrderOutcome> OrderAsync(Order order)
    {
        if (order.OrderId.Length == 0) order.OrderId = Interlocked.Increment(ref _last).ToString(CultureInfo.InvariantCulture);
        var before = Outcomes.Count;
        _orders.Writer.TryWrite(order);
        await Eventually.HoldsAsync($"an outcome of order {order.OrderId}", TestStation.Deadline, () => Outcomes.Skip(before).Any(one => one.OrderId == order.OrderId));
        return Outcomes.Skip(before).First(one => one.OrderId == order.OrderId);
    }

    /// <summary>What goes on at the station, by its own last word.</summary>
    public Task IsAsync(StationActivity activity) => Eventually.HoldsAsync($"the station is {activity}", TestStation.Deadline, () => Statuses.LastOrDefault()?.Activity == activity);

    public async Task AttachAsync(IAsyncStreamReader<StationReport> reports, IServerStreamWriter<StationOrder> orders, CancellationToken cancel)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        await orders.WriteAsync(new StationOrder { Welcome = new StationWelcome { ReportEvery = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(TimeSpan.FromMinutes(5)) } }, cancel);
        var giving = GiveAsync(orders, over.Token);
        try
        {
            while (await reports.MoveNext(cancel))
            {
                if (reports.Current.Hello is { } hello) Hellos.Enqueue(hello);
                if (reports.Current.Status is { } status) Statuses.Enqueue(status);
                if (reports.Current.Outcome is { } outcome) Outcomes.Enqueue(outcome);
            }
        }
        catch (Exception end) when (end is OperationCanceledException or IOException)
        {
            // It has gone.
        }
        await over.CancelAsync();
        await giving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task GiveAsync(IServerStreamWriter<StationOrder> orders, CancellationToken over)
    {
        await foreach (var order in _orders.Reader.ReadAllAsync(over)) await orders.WriteAsync(new StationOrder { OrderGiven = order }, CancellationToken.None);
    }
}
