using Google.Protobuf;
using Grpc.Core;
using VdiBroker.Agent.Ending;
using VdiBroker.Agent.Visitors;
using VdiBroker.Agent.Watching;
using VdiBroker.Protocol.Host.V1;

namespace VdiBroker.Agent.Link;

/// <summary>One stream to one broker: hello, then observations; orders are carried out as they come.</summary>
internal sealed class Attachment(Observer observer, ReportBell bell, SessionEnding ending, VisitorBook visitors, AgentLog log, string bootId)
{
    /// <summary>A broker that accepts but does not say welcome within this time is left for the next.</summary>
    public static readonly TimeSpan WelcomeWithin = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan WrittenWithin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan ShortestReportEvery = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestReportEvery = TimeSpan.FromSeconds(60);

    /// <summary>Attaches and stays until the stream breaks or is cancelled; always ends by an exception that says why.</summary>
    /// <param name="line">The broker.</param>
    /// <param name="identity">What hello says.</param>
    /// <param name="welcomed">Called once the broker has said welcome.</param>
    /// <param name="cancel">Leaves the broker.</param>
    /// <exception cref="RpcException">The stream broke or could not be made.</exception>
    /// <exception cref="TimeoutException">The broker was silent.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task RunAsync(BrokerLine line, Identity identity, Action welcomed, CancellationToken cancel)
    {
        using var stay = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var call = line.Service.Attach(cancellationToken: stay.Token);
        Task[] both = [];
        try
        {
            var every = await WelcomeAsync(call, identity).WaitAsync(WelcomeWithin, cancel);
            log.Notice($"attached to {line.Address.Authority} as {identity.Host}, reporting every {every.TotalSeconds:0.###} s");
            welcomed();
            both = [FollowOrdersAsync(call.ResponseStream, stay.Token), ReportAsync(call.RequestStream, every, stay.Token)];
            await await Task.WhenAny(both);
        }
        finally
        {
            await stay.CancelAsync();
            await Task.WhenAll(both).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<TimeSpan> WelcomeAsync(AsyncDuplexStreamingCall<HostReport, HostOrder> call, Identity identity)
    {
        var hello = new Hello
        {
            AgentVersion = typeof(Attachment).Assembly.GetName().Version!.ToString(3),
            BootId = bootId,
            CertificateSha256 = ByteString.CopyFrom(identity.RdpFingerprint),
        };
        await SendAsync(call.RequestStream, new HostReport { Hello = hello }, CancellationToken.None);
        while (await call.ResponseStream.MoveNext(CancellationToken.None))
        {
            if (call.ResponseStream.Current.Welcome is not { } welcome) continue;
            var every = welcome.ReportEvery?.ToTimeSpan() ?? TimeSpan.FromSeconds(2);
            return every < ShortestReportEvery ? ShortestReportEvery : every > LongestReportEvery ? LongestReportEvery : every;
        }
        throw Ended();
    }

    private async Task FollowOrdersAsync(IAsyncStreamReader<HostOrder> orders, CancellationToken stay)
    {
        while (await orders.MoveNext(stay))
        {
            if (orders.Current.EndSession is not { } end) continue;
            visitors.EndOrdered(end.User);
            ending.Order(end.User, end.SessionId);
        }
        throw Ended();
    }

    private async Task ReportAsync(IClientStreamWriter<HostReport> reports, TimeSpan every, CancellationToken stay)
    {
        for (ulong sequence = 1; ; sequence++)
        {
            await SendAsync(reports, new HostReport { Observation = observer.Observe(sequence) }, stay).WaitAsync(WrittenWithin, stay);
            // A change is often several (start of a session: server, then station): gather them for a moment.
            if (await bell.WaitAsync(every, stay)) await Task.Delay(Gathering, stay);
        }
    }

    /// <summary>Sends a report.</summary>
    /// <exception cref="RpcException">The stream broke. gRPC's client lets through what HTTP says of a connection that ends in the middle of a write (grpc-dotnet issue 2638): nobody who waits for a broken stream would take that for one.</exception>
    internal static async Task SendAsync(IClientStreamWriter<HostReport> reports, HostReport report, CancellationToken stay)
    {
        try
        {
            await reports.WriteAsync(report, stay);
        }
        catch (Exception lost) when (lost is HttpRequestException or HttpIOException)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, lost.Message, lost));
        }
    }

    private static RpcException Ended() => new(new Status(StatusCode.Unavailable, "the broker ended the stream"));
}
