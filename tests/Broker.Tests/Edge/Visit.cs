using System.Collections.Concurrent;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using VdiBroker.City.Brokers;
using VdiBroker.City.Processes;
using VdiBroker.Protocol.Host.V1;
using VdiBroker.Protocol.Station.V1;
using Xunit;

namespace VdiBroker.Broker.Tests.Edge;

/// <summary>A host's agent that goes on reporting what it was last told to see.</summary>
internal sealed class ReportingHost : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, (bool Connected, DateTimeOffset Touched)> _seen = new();
    private readonly CancellationTokenSource _over = new();
    private readonly Task _reporting;

    private ReportingHost(AgentPeer agent)
    {
        Agent = agent;
        _reporting = ReportAsync();
    }

    public AgentPeer Agent { get; }

    public static async Task<ReportingHost> AttachAsync(Town town, BrokerProcess broker, string host) => new(await AgentPeer.AttachAsync(town, broker, host));

    /// <summary>The person's session is there, and was touched now for the last time.</summary>
    public void See(string person, bool connected) => _seen[person] = (connected, DateTimeOffset.UtcNow);

    public void Forget(string person) => _seen.TryRemove(person, out _);

    /// <summary>Waits for the order to end a session, and carries it out.</summary>
    public async Task EndsAsync(Visit visit)
    {
        await Eventually.HoldsAsync($"order to end {visit.Person}'s session", Peers.Patience, () => Agent.Orders.Any(order => order.EndSession?.SessionId == visit.Desktop.SessionId));
        Forget(visit.Person);
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _reporting;
        _over.Dispose();
        await Agent.DisposeAsync();
    }

    private static ObservedSession Observed(string person, bool connected, DateTimeOffset touched)
    {
        var seen = AgentPeer.Seen(person, connected);
        seen.Idle = Duration.FromTimeSpan(DateTimeOffset.UtcNow - touched);
        return seen;
    }

    private async Task ReportAsync()
    {
        while (!_over.IsCancellationRequested)
        {
            try
            {
                await Agent.ObserveAsync([.. _seen.Select(one => Observed(one.Key, one.Value.Connected, one.Value.Touched))]);
            }
            catch (Exception end) when (end is RpcException or InvalidOperationException or IOException)
            {
                // Its broker was killed.
                return;
            }
            await Task.Delay(TimeSpan.FromMilliseconds(300), _over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}

/// <summary>A person at a desktop of a scripted host.</summary>
internal sealed class Visit : IDisposable
{
    private readonly StationPeer _station;
    private readonly string _signIn;

    private Visit(StationPeer station, string signIn, Desktop desktop, string person) => (_station, _signIn, Desktop, Person) = (station, signIn, desktop, person);

    public Desktop Desktop { get; }

    public string Person { get; }

    public static async Task<Visit> BeginAsync(Town town, BrokerProcess broker, ReportingHost host, string station, string person, string pool = "")
    {
        var peer = await StationPeer.ConnectAsync(town, broker, station);
        var signIn = (await peer.SignInAsync(town, person)).SignIn;
        var desktop = await peer.OpenAsync(signIn, pool);
        Assert.Equal(Redemption.Granted, await host.Agent.RedeemAsync(person, desktop.Ticket));
        host.See(person, connected: true);
        return new Visit(peer, signIn, desktop, person);
    }

    public News Follow(string language = "fr") => new(_station.Calls.Follow(
        new FollowRequest { SignIn = _signIn, SessionId = Desktop.SessionId, Fence = Desktop.Fence, Language = language }, deadline: DateTime.UtcNow + TimeSpan.FromMinutes(2)));

    public async Task<ExtendReply> ExtendAsync() => await _station.Calls.ExtendAsync(
        new ExtendRequest { SignIn = _signIn, SessionId = Desktop.SessionId, Fence = Desktop.Fence, Language = "fr" }, deadline: DateTime.UtcNow + Peers.Patience);

    public void Dispose() => _station.Dispose();
}

/// <summary>What a station hears of its desktop.</summary>
internal sealed class News(AsyncServerStreamingCall<SessionNotice> call) : IDisposable
{
    public List<SessionNotice> Seen { get; } = [];

    public async Task<SessionNotice> UntilAsync(Func<SessionNotice, bool> fits)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await call.ResponseStream.MoveNext(late.Token))
        {
            Seen.Add(call.ResponseStream.Current);
            if (fits(call.ResponseStream.Current)) return call.ResponseStream.Current;
        }
        throw new InvalidOperationException($"the stream ended without it: {string.Join(" | ", Seen)}");
    }

    public async Task<LimitWarning> WarnedAsync() => (await UntilAsync(notice => notice.Warning is not null)).Warning;

    public async Task<string> EndedAsync() => (await UntilAsync(notice => notice.State == SessionState.SignedOut)).Text;

    public void Dispose() => call.Dispose();
}
