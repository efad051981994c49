using System.Collections.Concurrent;
using System.Threading.Channels;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;
using VdiBroker.City.Brokers;
using VdiBroker.City.Callers;
using VdiBroker.Protocol.Host.V1;

namespace VdiBroker.Race.Machines;

/// <summary>
/// <c>vdi-race agent</c>: the agent's half of the protocol with a machine at its pipes in place of /proc and PAM. Attaches, fails over, reports and asks about tickets in the
/// times of the real one (HostAgent/README.md).
/// </summary>
internal sealed class AgentProgram
{
    private static readonly TimeSpan WelcomeWithin = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Steady = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan TicketWithin = TimeSpan.FromSeconds(4.5);

    private readonly ConcurrentDictionary<int, TaskCompletionSource<IReadOnlyList<SeenSession>>> _looks = [];
    private readonly Channel<string> _out = Channel.CreateUnbounded<string>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Channel<bool> _bell = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly GrpcChannel[] _brokers;
    private readonly string _boot;
    private readonly StreamWriter _log;
    private int _attached;
    private int _look;

    private AgentProgram(GrpcChannel[] brokers, string boot, StreamWriter log) => (_brokers, _boot, _log) = (brokers, boot, log);

    /// <summary>Runs until the machine closes the pipe.</summary>
    public static async Task<int> RunAsync(string ca, IssuedCertificate own, string boot, IReadOnlyList<string> brokers, string log)
    {
        // The pipe's reader keeps one for itself.
        ThreadPool.SetMinThreads(8, 8);
        await using var lines = new StreamWriter(log, append: true) { AutoFlush = true };
        var agent = new AgentProgram([.. brokers.Select(uri => CityChannel.Open(uri, ca, own, TimeSpan.FromSeconds(3)))], boot, lines);
        agent.Note($"runs under boot {boot}");
        using var end = new CancellationTokenSource();
        Task[] parts = [agent.WriteAsync(), agent.StayAttachedAsync(end.Token), Lateness.WatchAsync(late => agent.Say(new AgentLine.Late(late)), end.Token)];
        await agent.ListenAsync();
        await end.CancelAsync();
        agent._out.Writer.TryComplete();
        await Task.WhenAll(parts).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return 0;
    }

    private void Note(string what)
    {
        lock (_log) _log.WriteLine($"{DateTime.UtcNow:yyyy-MM-ddTHH:mm:ss.fffZ} {what}");
    }

    private void Say(AgentLine line) => _out.Writer.TryWrite(line.Written());

    private async Task WriteAsync()
    {
        await using var to = new StreamWriter(Console.OpenStandardOutput());
        await foreach (var line in _out.Reader.ReadAllAsync())
        {
            await to.WriteLineAsync(line);
            await to.FlushAsync();
        }
    }

    private async Task ListenAsync()
    {
        using var from = new StreamReader(Console.OpenStandardInput());
        while (await from.ReadLineAsync() is { } line)
        {
            switch (AgentLine.Read(line))
            {
                case AgentLine.Changed:
                    _bell.Writer.TryWrite(true);
                    break;
                case AgentLine.Seen(var number, var sessions):
                    if (_looks.TryRemove(number, out var look)) look.TrySetResult(sessions);
                    break;
                case AgentLine.Ask ask:
                    _ = RedeemAsync(ask);
                    break;
            }
        }
    }

    private async Task RedeemAsync(AgentLine.Ask ask)
    {
        var until = DateTime.UtcNow + TicketWithin;
        var first = Volatile.Read(ref _attached);
        for (var n = 0; n < _brokers.Length && DateTime.UtcNow < until; n++)
        {
            try
            {
                var calls = new HostService.HostServiceClient(_brokers[(first + n) % _brokers.Length]);
                var reply = await calls.RedeemTicketAsync(new RedeemTicketRequest { User = ask.User, Ticket = ask.Ticket, Attempt = ask.Attempt },
                    deadline: DateTime.UtcNow + (until - DateTime.UtcNow) / (_brokers.Length - n));
                Say(new AgentLine.Answer(ask.Attempt, reply.Redemption.ToString(), reply.SessionId, reply.Fence, reply.Person, reply.Pool));
                return;
            }
            catch (RpcException)
            {
                // The next one is asked.
            }
        }
        Say(new AgentLine.Answer(ask.Attempt, "lost", "", 0, "", ""));
    }

    private async Task StayAttachedAsync(CancellationToken cancel)
    {
        var failures = 0;
        for (var index = 0; ; index = (index + 1) % _brokers.Length)
        {
            var since = DateTime.MaxValue;
            try
            {
                await AttachAsync(index, () => since = DateTime.UtcNow, cancel);
            }
            catch (Exception fault) when (!cancel.IsCancellationRequested && fault is RpcException or TimeoutException or OperationCanceledException or IOException or HttpRequestException or InvalidOperationException)
            {
                Note($"broker {index}: {fault.GetType().Name}: {(fault as RpcException)?.Status.ToString() ?? fault.Message}");
                failures = since < DateTime.UtcNow - Steady ? 1 : failures + 1;
            }
            Say(new AgentLine.Attached(-1));
            var most = Math.Min(5000, 200 * Math.Pow(2, Math.Clamp(failures - 1, 0, 16)));
            await Task.Delay(TimeSpan.FromMilliseconds(most * (0.5 + Random.Shared.NextDouble() / 2)), cancel);
        }
    }

    private async Task AttachAsync(int index, Action welcomed, CancellationToken cancel)
    {
        using var stay = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var call = new HostService.HostServiceClient(_brokers[index]).Attach(cancellationToken: stay.Token);
        Task[] both = [];
        try
        {
            await call.RequestStream.WriteAsync(new HostReport { Hello = new Hello { AgentVersion = "race", BootId = _boot, CertificateSha256 = ByteString.CopyFrom(new byte[32]) } }, stay.Token).WaitAsync(WelcomeWithin, cancel);
            if (!await call.ResponseStream.MoveNext(stay.Token).WaitAsync(WelcomeWithin, cancel) || call.ResponseStream.Current.Welcome is not { } welcome) throw new TimeoutException("no welcome");
            welcomed();
            Note($"attached to broker {index}");
            Volatile.Write(ref _attached, index);
            Say(new AgentLine.Attached(index));
            both = [FollowOrdersAsync(call.ResponseStream, stay.Token), ReportAsync(call.RequestStream, welcome.ReportEvery.ToTimeSpan(), stay.Token)];
            await await Task.WhenAny(both);
        }
        finally
        {
            await stay.CancelAsync();
            await Task.WhenAll(both).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task FollowOrdersAsync(IAsyncStreamReader<HostOrder> orders, CancellationToken stay)
    {
        while (await orders.MoveNext(stay))
        {
            if (orders.Current.EndSession is { } end) Say(new AgentLine.End(end.SessionId, end.User));
        }
        throw new IOException("the broker ended the stream");
    }

    private async Task ReportAsync(IClientStreamWriter<HostReport> reports, TimeSpan every, CancellationToken stay)
    {
        for (ulong sequence = 1; ; sequence++)
        {
            var observation = new Observation { Sequence = sequence, Load = new HostLoad { Cores = 1, MemoryTotalBytes = 1 << 20, MemoryAvailableBytes = 1 << 19 } };
            observation.Sessions.AddRange((await LookAsync(stay)).Select(ReportOf));
            await reports.WriteAsync(new HostReport { Observation = observation }, stay).WaitAsync(TimeSpan.FromSeconds(5), stay);
            if (!await RungAsync(every, stay)) continue;
            await Task.Delay(Gathering, stay);
            _bell.Reader.TryRead(out _);
        }
    }

    private async Task<bool> RungAsync(TimeSpan within, CancellationToken stay)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stay);
        patience.CancelAfter(within);
        try
        {
            return await _bell.Reader.WaitToReadAsync(patience.Token);
        }
        catch (OperationCanceledException) when (!stay.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task<IReadOnlyList<SeenSession>> LookAsync(CancellationToken stay)
    {
        var number = Interlocked.Increment(ref _look);
        var look = _looks[number] = new TaskCompletionSource<IReadOnlyList<SeenSession>>(TaskCreationOptions.RunContinuationsAsynchronously);
        Say(new AgentLine.Look(number));
        return await look.Task.WaitAsync(stay);
    }

    private static ObservedSession ReportOf(SeenSession seen) => new()
    {
        User = seen.User,
        Display = (uint)seen.Display,
        Connected = seen.Connected,
        Since = Timestamp.FromDateTime(seen.Since),
        SessionId = seen.Session,
        Fence = seen.Fence,
        Person = seen.Person,
        Pool = seen.Pool,
    };
}
