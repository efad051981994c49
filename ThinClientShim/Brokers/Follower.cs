using System.Threading.Channels;
using Grpc.Core;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.Shim.Terminal;

namespace VdiBroker.Shim.Brokers;

/// <summary>
/// Hears what becomes of one opened desktop, and goes on hearing it through the end of any broker: taken up again at the next one, forever,
/// until a final state or disposal.
/// </summary>
internal sealed class Follower : IAsyncDisposable
{
    /// <summary>The state now is sent at once; a broker that says nothing for so long after the call is not heard from.</summary>
    private static readonly TimeSpan FirstWordWithin = TimeSpan.FromSeconds(4);

    private readonly Channel<SessionNotice> _notices = Channel.CreateUnbounded<SessionNotice>();
    private readonly CancellationTokenSource _over = new();
    private readonly BrokerRing _brokers;
    private readonly FollowRequest _request;
    private readonly Journal _journal;
    private readonly WayBack _way;
    private readonly Task _run;
    private volatile TaskCompletionSource _nudge = NoNudge();

    private Follower(BrokerRing brokers, FollowRequest request, Journal journal)
    {
        (_brokers, _request, _journal, _way) = (brokers, request, journal, new(brokers.Count));
        _run = Task.Run(RunAsync);
    }

    /// <summary>Notices in the order told; completed after a final one.</summary>
    public ChannelReader<SessionNotice> Notices => _notices.Reader;

    /// <summary>True while a broker is telling.</summary>
    public bool Hearing { get; private set; }

    /// <summary>Starts following.</summary>
    public static Follower Start(BrokerRing brokers, FollowRequest request, Journal journal) => new(brokers, request, journal);

    /// <summary>States after which nothing comes any more.</summary>
    public static bool IsFinal(SessionState state) =>
        state is SessionState.Moved or SessionState.SignedOut or SessionState.HostLost or SessionState.Expired or SessionState.Forgotten;

    /// <summary>The state is wanted now: ends the present wait between two tries, or the next one, and those after it are short until a broker is heard.</summary>
    public void Nudge() => _nudge.TrySetResult();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _run;
        _over.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_over.IsCancellationRequested)
        {
            var broker = _brokers.Current;
            TimeSpan? asked = null;
            try
            {
                if (await HearAsync(broker)) break;
                _journal.Step($"follow-cut broker={broker.Address.Authority}");
            }
            catch (RpcException failure)
            {
                if (_over.IsCancellationRequested) break;
                _journal.Step($"follow-cut broker={broker.Address.Authority} status={failure.StatusCode} why={failure.Status.Detail}");
                var detail = Refusal.Of(failure);
                if (detail is { Code: ErrorCode.MovedElsewhere or ErrorCode.StationRevoked })
                {
                    _notices.Writer.TryWrite(new SessionNotice { State = SessionState.Moved, Text = detail.Text });
                    break;
                }
                asked = detail?.RetryAfter?.ToTimeSpan();
            }
            Hearing = false;
            _brokers.LeaveBehind(broker);
            await RestAsync(_way.Next(asked));
        }
        Hearing = false;
        _notices.Writer.TryComplete();
    }

    /// <summary>One stream; true when it told a final state.</summary>
    private async Task<bool> HearAsync(Broker broker)
    {
        using var stream = CancellationTokenSource.CreateLinkedTokenSource(_over.Token);
        stream.CancelAfter(FirstWordWithin);
        using var call = broker.Calls.Follow(_request, new CallOptions(cancellationToken: stream.Token));
        while (await call.ResponseStream.MoveNext(stream.Token))
        {
            if (!Hearing)
            {
                stream.CancelAfter(Timeout.InfiniteTimeSpan);
                (Hearing, _nudge) = (true, NoNudge());
                _journal.Step($"following broker={broker.Address.Authority}");
            }
            var notice = call.ResponseStream.Current;
            _way.Hear(notice);
            _notices.Writer.TryWrite(notice);
            if (IsFinal(notice.State)) return true;
        }
        return false;
    }

    private async Task RestAsync(TimeSpan time)
    {
        using var rest = CancellationTokenSource.CreateLinkedTokenSource(_over.Token);
        await Task.WhenAny(_nudge.Task, Task.Delay(time, rest.Token));
        await rest.CancelAsync();
        if (!_nudge.Task.IsCompleted) return;
        _nudge = NoNudge();
        _way.Hurry();
    }

    private static TaskCompletionSource NoNudge() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
