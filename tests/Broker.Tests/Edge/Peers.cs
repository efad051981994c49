using System.Collections.Concurrent;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;
using VdiBroker.City.Brokers;
using VdiBroker.City.Callers;
using VdiBroker.City.Processes;
using VdiBroker.Protocol.Host.V1;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;

namespace VdiBroker.Broker.Tests.Edge;

/// <summary>Connections of stations and agents at the protocol.</summary>
internal static class Peers
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static GrpcChannel Connect(Town town, BrokerProcess broker, IssuedCertificate who) => CityChannel.Open(broker.Uri, town.Certificates.CaFile, who);

    /// <summary>The broker's word about a call that must fail.</summary>
    public static async Task<ErrorDetail> RefusalAsync(Func<Task> call) => StationCaller.Refusal(await Xunit.Assert.ThrowsAsync<RpcException>(call));
}

/// <summary>A station at the protocol.</summary>
internal sealed class StationPeer(GrpcChannel channel) : IDisposable
{
    public StationService.StationServiceClient Calls { get; } = new(channel);

    public static async Task<StationPeer> ConnectAsync(Town town, BrokerProcess broker, string name) =>
        new(Peers.Connect(town, broker, await town.CertificateAsync("station", name)));

    public async Task<SignInReply> SignInAsync(Town town, string login, string language = "fr") =>
        await Calls.SignInAsync(new SignInRequest { Login = login, Password = town.People[login].Password, Language = language }, deadline: DateTime.UtcNow + Peers.Patience);

    /// <summary>Nothing that was decided of this station stands in its way: a call that it may make is refused for another reason.</summary>
    public async Task<bool> MayAsync() =>
        (await Peers.RefusalAsync(async () => await Calls.SignInAsync(new SignInRequest { Login = "nobody-at-all", Password = "x" }, deadline: DateTime.UtcNow + Peers.Patience))).Code != ErrorCode.StationRevoked;

    public async Task<Desktop> OpenAsync(string signIn, string pool = "", bool replace = false, TimeSpan? within = null)
    {
        using var stream = Calls.Open(new OpenRequest { SignIn = signIn, PoolId = pool, Language = "fr", Replace = replace }, deadline: DateTime.UtcNow + (within ?? Peers.Patience));
        await foreach (var reply in stream.ResponseStream.ReadAllAsync())
            if (reply.Desktop is { } desktop) return desktop;
        throw new InvalidOperationException("the stream ended without a desktop");
    }

    /// <summary>Follows until a notice fits.</summary>
    public async Task<SessionNotice> NoticeAsync(string signIn, Desktop desktop, SessionState state, string language = "fr")
    {
        using var stream = Calls.Follow(new FollowRequest { SignIn = signIn, SessionId = desktop.SessionId, Fence = desktop.Fence, Language = language }, deadline: DateTime.UtcNow + Peers.Patience);
        await foreach (var notice in stream.ResponseStream.ReadAllAsync())
            if (notice.State == state) return notice;
        throw new InvalidOperationException($"the stream ended without {state}");
    }

    /// <summary>Follows from now on.</summary>
    public Following Follow(string signIn, Desktop desktop, string language = "fr") =>
        new(Calls.Follow(new FollowRequest { SignIn = signIn, SessionId = desktop.SessionId, Fence = desktop.Fence, Language = language }, deadline: DateTime.UtcNow + 6 * Peers.Patience));

    /// <summary>The first picture is there.</summary>
    public async Task ShownAsync(string signIn, Desktop desktop) =>
        await Calls.ShownAsync(new ShownRequest { SignIn = signIn, SessionId = desktop.SessionId, Fence = desktop.Fence }, deadline: DateTime.UtcNow + Peers.Patience);

    public async Task CloseAsync(string signIn, Desktop desktop, Closing closing) =>
        await Calls.CloseAsync(new CloseRequest { SignIn = signIn, SessionId = desktop.SessionId, Fence = desktop.Fence, Closing = closing }, deadline: DateTime.UtcNow + Peers.Patience);

    public void Dispose() => channel.Dispose();
}

/// <summary>A station that follows one desktop.</summary>
internal sealed class Following(AsyncServerStreamingCall<SessionNotice> stream) : IDisposable
{
    /// <summary>The next notice of that state; those before it are passed over.</summary>
    public async Task<SessionNotice> HearsAsync(SessionState state)
    {
        using var late = new CancellationTokenSource(Peers.Patience);
        while (await stream.ResponseStream.MoveNext(late.Token))
            if (stream.ResponseStream.Current.State == state) return stream.ResponseStream.Current;
        throw new InvalidOperationException($"the stream ended without {state}");
    }

    public void Dispose() => stream.Dispose();
}

/// <summary>An agent at the protocol: reports what the test says, and again every half second, and keeps the orders that come.</summary>
internal sealed class AgentPeer : IAsyncDisposable
{
    private readonly GrpcChannel _channel;
    private readonly AsyncDuplexStreamingCall<HostReport, HostOrder> _stream;
    private static readonly TimeSpan _every = TimeSpan.FromMilliseconds(500);
    private readonly Task _reading;
    private readonly Task _repeating;
    private readonly CancellationTokenSource _end = new();
    private readonly SemaphoreSlim _pen = new(1);
    private ObservedSession[]? _last;
    private ulong _sequence;
    private string[] _wiped = [];
    private KeptOut[] _keptOut = [];

    private AgentPeer(GrpcChannel channel)
    {
        _channel = channel;
        Calls = new HostService.HostServiceClient(channel);
        _stream = Calls.Attach();
        _reading = ReadAsync();
        _repeating = RepeatAsync();
    }

    public HostService.HostServiceClient Calls { get; }

    public ConcurrentQueue<HostOrder> Orders { get; } = new();

    /// <summary>How the stream ended; null while it is open.</summary>
    public Status? Ended { get; private set; }

    public static async Task<AgentPeer> AttachAsync(Town town, BrokerProcess broker, string host, string boot = "boot-1", params ObservedSession[] sessions)
    {
        var agent = new AgentPeer(Peers.Connect(town, broker, await town.CertificateAsync("host", host)));
        await agent._stream.RequestStream.WriteAsync(new HostReport { Hello = new Hello { AgentVersion = "test", BootId = boot, CertificateSha256 = ByteString.CopyFrom(new byte[32]) } });
        await agent.ObserveAsync(sessions);
        await Eventually.HoldsAsync("welcome", Peers.Patience, () => agent.Orders.Any(o => o.Welcome is not null));
        return agent;
    }

    /// <summary>Nothing runs there, and what these sessions' visitors left has been proven gone.</summary>
    public Task ObserveWipedAsync(params string[] sessions)
    {
        _wiped = sessions;
        return ObserveAsync();
    }

    /// <summary>These people were kept out of what runs there.</summary>
    public Task ObserveKeptOutAsync(KeptOut[] people, params ObservedSession[] sessions)
    {
        _keptOut = people;
        return ObserveAsync(sessions);
    }

    public async Task ObserveAsync(params ObservedSession[] sessions)
    {
        await _pen.WaitAsync();
        try
        {
            await WriteAsync(_last = sessions);
        }
        finally
        {
            _pen.Release();
        }
    }

    private Task WriteAsync(ObservedSession[] sessions)
    {
        var observation = new Observation { Sequence = ++_sequence, Load = new HostLoad { Load1 = 0.5, Cores = 2, MemoryTotalBytes = 100, MemoryAvailableBytes = 60 } };
        observation.Sessions.AddRange(sessions);
        observation.WipedSessionIds.AddRange(_wiped);
        observation.KeptOut.AddRange(_keptOut);
        return _stream.RequestStream.WriteAsync(new HostReport { Observation = observation });
    }

    public async Task<Redemption> RedeemAsync(string user, string ticket) => (await PresentAsync(user, ticket)).Redemption;

    /// <summary>Asks whether a ticket is good; the whole answer.</summary>
    public async Task<RedeemTicketReply> PresentAsync(string user, string ticket) =>
        await Calls.RedeemTicketAsync(new RedeemTicketRequest { User = user, Ticket = ticket }, deadline: DateTime.UtcNow + Peers.Patience);

    public static ObservedSession Seen(string user, bool connected) =>
        new() { User = user, Display = 111, Connected = connected, Since = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch) };

    /// <summary>A session that was let in by that ticket, as an agent keeps it.</summary>
    public static ObservedSession Seen(string user, bool connected, RedeemTicketReply grant)
    {
        var seen = Seen(user, connected);
        (seen.SessionId, seen.Fence, seen.Person, seen.Pool) = (grant.SessionId, grant.Fence, grant.Person, grant.Pool);
        return seen;
    }

    public async ValueTask DisposeAsync()
    {
        await FallSilentAsync();
        _stream.Dispose();
        await _reading;
        _channel.Dispose();
    }

    /// <summary>Says nothing by itself any more, and stays attached.</summary>
    public async Task FallSilentAsync()
    {
        await _end.CancelAsync();
        await _repeating;
    }

    private async Task RepeatAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(_every, _end.Token);
                await _pen.WaitAsync(_end.Token);
                try
                {
                    if (_last is { } last && Ended is null) await WriteAsync(last);
                }
                finally
                {
                    _pen.Release();
                }
            }
        }
        catch (Exception end) when (end is OperationCanceledException or RpcException or InvalidOperationException or IOException)
        {
            // The test or the stream is over.
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            await foreach (var order in _stream.ResponseStream.ReadAllAsync()) Orders.Enqueue(order);
            Ended = Status.DefaultSuccess;
        }
        catch (RpcException end)
        {
            Ended = end.Status;
        }
    }
}
