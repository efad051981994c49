using System.Diagnostics;
using System.Threading.Channels;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.Shim.Brokers;
using VdiBroker.Shim.Sessions;

namespace VdiBroker.Shim.Orders;

/// <summary>
/// Tells a broker how this station is and takes orders, for as long as the shim runs: by one stream, taken up again at the next broker, forever. Nothing that a person does waits for it.
/// </summary>
internal sealed class Attendance : IAsyncDisposable
{
    private static readonly TimeSpan _first = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _longest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan _toAnswer = TimeSpan.FromSeconds(5);

    // An older broker's call is not there, a revoked station's is refused: neither changes from one minute to the next.
    private static readonly TimeSpan _later = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan _usual = TimeSpan.FromMinutes(5);

    private readonly Room _room;
    private readonly OrderActs _acts;
    private readonly OrderBook _book;
    private readonly CancellationTokenSource _over = new();
    private readonly Task _run;

    /// <param name="room">What there is to work with.</param>
    public Attendance(Room room)
    {
        (_room, _acts, _book) = (room, new OrderActs(room), new OrderBook(room.Settings.State));
        _run = Task.Run(RunAsync);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _run;
        _over.Dispose();
    }

    private async Task RunAsync()
    {
        var pause = new Pause(_first, _longest);
        for (var failures = 1; !_over.IsCancellationRequested; failures++)
        {
            TimeSpan? rest = null;
            var broker = _room.Brokers.Current;
            try
            {
                if (await AttendAsync(broker)) failures = 1;
                _room.Brokers.LeaveBehind(broker);
            }
            catch (RpcException failure)
            {
                if (_over.IsCancellationRequested) return;
                var detail = Refusal.Of(failure);
                _room.Journal.Step($"attendance-cut status={failure.StatusCode} code={detail?.Code}");
                if (Refusal.IsOfAnOlderBroker(failure) || detail is { Retry: Retry.Never }) rest = _later;
                else rest = detail?.RetryAfter?.ToTimeSpan();
                if (detail is null or { Retry: Retry.OtherBroker } && rest != _later) _room.Brokers.LeaveBehind(broker);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            // All stations of a broker that ends are back within a minute, each at an instant of its own: nobody waits for this.
            await Task.Delay(pause.AfterAsked(failures, rest), _over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // True when the broker took it in.
    private async Task<bool> AttendAsync(Broker broker)
    {
        using var stream = CancellationTokenSource.CreateLinkedTokenSource(_over.Token);
        using var call = broker.Presence.Attach(new CallOptions(cancellationToken: stream.Token));
        var reports = Channel.CreateUnbounded<StationReport>();
        var writing = WriteAsync(call.RequestStream, reports.Reader, stream.Token);
        var orders = Channel.CreateUnbounded<Order>();
        Task obeying = Task.CompletedTask, telling = Task.CompletedTask;
        var taken = false;
        try
        {
            reports.Writer.TryWrite(new StationReport { Hello = Machine.Hello() });
            while (await call.ResponseStream.MoveNext(stream.Token))
            {
                var told = call.ResponseStream.Current;
                if (told.OrderGiven is { } order) orders.Writer.TryWrite(order);
                if (told.Welcome is null || taken) continue;
                taken = true;
                _room.Journal.Step($"attending broker={broker.Address.Authority}");
                telling = TellAsync(broker, told.Welcome.ReportEvery?.ToTimeSpan() ?? _usual, reports.Writer, stream.Token);
                obeying = ObeyAsync(orders.Reader, reports.Writer, stream.Token);
            }
            return taken;
        }
        finally
        {
            await stream.CancelAsync();
            await Task.WhenAll(writing, telling, obeying).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task WriteAsync(IClientStreamWriter<StationReport> stream, ChannelReader<StationReport> reports, CancellationToken over)
    {
        await foreach (var report in reports.ReadAllAsync(over)) await stream.WriteAsync(report, over);
    }

    private async Task TellAsync(Broker broker, TimeSpan every, ChannelWriter<StationReport> reports, CancellationToken over)
    {
        while (true)
        {
            var changed = _room.Scene.ChangedAsync();
            var status = new StationStatus { Activity = _room.Scene.Activity, NetworkCuts = (uint)_room.Journal.NetworkCuts };
            var asked = Stopwatch.GetTimestamp();
            if (await broker.AliveAsync(_toAnswer, over)) status.BrokerRoundTrip = Duration.FromTimeSpan(Stopwatch.GetElapsedTime(asked));
            reports.TryWrite(new StationReport { Status = status });
            await Task.WhenAny(changed, Task.Delay(every, over));
            over.ThrowIfCancellationRequested();
        }
    }

    // One after the other: a restart must not overtake the message before it.
    private async Task ObeyAsync(ChannelReader<Order> orders, ChannelWriter<StationReport> reports, CancellationToken over)
    {
        await foreach (var order in orders.ReadAllAsync(over))
        {
            var obeyed = await OnceAsync(order, over);
            _room.Journal.Step($"order id={order.OrderId} act={order.ActCase} outcome={obeyed.Kind}");
            reports.TryWrite(new StationReport { Outcome = new OrderOutcome { OrderId = order.OrderId, Kind = obeyed.Kind, Text = obeyed.Text } });
        }
    }

    private async Task<Obeyed> OnceAsync(Order order, CancellationToken over)
    {
        if (OrderActs.IsQuestion(order)) return await _acts.RunAsync(order, over);
        if (_book.Find(order.OrderId) is { } known) return new Obeyed(known, "acted on before");
        if (!_book.Begin(order.OrderId) && OrderActs.MustBeOnDisk(order)) return new Obeyed(OutcomeKind.Failed, $"{_room.Settings.State} cannot be written: after a start the order would be obeyed again");
        // What was begun is brought to its end, whatever becomes of the stream.
        var obeyed = await _acts.RunAsync(order, over);
        _book.End(order.OrderId, obeyed.Kind);
        return obeyed;
    }
}
