using System.Collections.Concurrent;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;
using VdiBroker.Agent.Link;
using VdiBroker.Protocol.Host.V1;

namespace VdiBroker.Bench.Storm;

/// <summary>A session host at the protocol: lets in who has a good ticket, reports what runs every so often and when something changed, carries out orders, attaches again when it was cut.</summary>
internal sealed class StormAgent : IAsyncDisposable
{
    private static readonly TimeSpan _soonest = TimeSpan.FromMilliseconds(200);
    private readonly GrpcChannel _channel;
    private readonly HostService.HostServiceClient _calls;
    private readonly ConcurrentDictionary<string, ObservedSession> _running = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _changed = new(0, 1);
    private readonly CancellationTokenSource _end = new();
    private readonly TimeSpan _every;
    private readonly IReadOnlyCollection<ObservedSession> _before;
    private readonly Task _run;
    private CancellationTokenSource _away = new();
    private int _changes;
    private int _told;
    private volatile bool _attached;
    private volatile bool _leaves;

    /// <param name="channel">To the broker, with the host's certificate; becomes its own.</param>
    /// <param name="every">How often it reports when nothing changes.</param>
    /// <param name="before">What runs there already.</param>
    public StormAgent(GrpcChannel channel, TimeSpan every, IReadOnlyCollection<ObservedSession> before)
    {
        (_channel, _every, _before) = (channel, every, before);
        _calls = new HostService.HostServiceClient(channel);
        _run = RunAsync();
    }

    /// <summary>The broker took it in.</summary>
    public bool IsAttached => _attached;

    /// <summary>How many sessions run of those whom it let in.</summary>
    public int Running => _running.Count;

    /// <summary>It has reported since the last session began or ended.</summary>
    public bool HasTold => Volatile.Read(ref _told) == Volatile.Read(ref _changes);

    /// <summary>Cuts its stream, and stays away until it <see cref="Return"/>s.</summary>
    public void Leave()
    {
        _leaves = true;
        Volatile.Read(ref _away).Cancel();
    }

    /// <summary>Attaches again.</summary>
    public void Return() => _leaves = false;

    /// <summary>Somebody connects with a ticket for a password.</summary>
    /// <returns>False when the broker says no.</returns>
    public async Task<bool> LetInAsync(string user, string ticket, DateTime deadline)
    {
        var reply = await _calls.RedeemTicketAsync(new RedeemTicketRequest { User = user, Ticket = ticket }, deadline: deadline);
        if (reply.Redemption != Redemption.Granted) return false;
        _running[user] = new ObservedSession
        {
            User = user,
            Display = 10,
            Connected = true,
            Since = Timestamp.FromDateTime(DateTime.UtcNow),
            SessionId = reply.SessionId,
            Fence = reply.Fence,
            Person = reply.Person,
            Pool = reply.Pool,
        };
        Ring();
        return true;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _run;
        _channel.Dispose();
        _end.Dispose();
        _away.Dispose();
        _changed.Dispose();
    }

    private void Ring()
    {
        Interlocked.Increment(ref _changes);
        try
        {
            if (_changed.CurrentCount == 0) _changed.Release();
        }
        catch (SemaphoreFullException)
        {
            // Somebody else rang at the same moment.
        }
    }

    // As the real one: attaches again and again, with its waits.
    private async Task RunAsync()
    {
        for (var failures = 1; !_end.IsCancellationRequested; failures++)
        {
            if (!_leaves && await AttachAsync()) failures = 1;
            await Task.Delay(Backoff.After(failures, Random.Shared.NextDouble()), _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // True when the broker took it in, however that ended.
    private async Task<bool> AttachAsync()
    {
        using var away = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
        Volatile.Write(ref _away, away);
        using var stream = _calls.Attach(cancellationToken: away.Token);
        var both = new[] { ReportAsync(stream.RequestStream, away.Token), ReadAsync(stream.ResponseStream, away.Token) };
        await Task.WhenAny(both);
        await away.CancelAsync();
        await Task.WhenAll(both);
        var taken = _attached;
        _attached = false;
        return taken;
    }

    private async Task ReportAsync(IClientStreamWriter<HostReport> reports, CancellationToken away)
    {
        try
        {
            await reports.WriteAsync(new HostReport { Hello = new Hello { AgentVersion = "storm", BootId = "boot", CertificateSha256 = ByteString.CopyFrom(new byte[32]) } }, away);
            for (var sequence = 1UL; ; sequence++)
            {
                var changes = Volatile.Read(ref _changes);
                var seen = new Observation { Sequence = sequence, Load = new HostLoad { Load1 = 1, Cores = 16, MemoryTotalBytes = 64UL << 30, MemoryAvailableBytes = 32UL << 30 } };
                seen.Sessions.AddRange(_before);
                seen.Sessions.AddRange(_running.Values);
                await reports.WriteAsync(new HostReport { Observation = seen }, away);
                Volatile.Write(ref _told, changes);
                // Changes of one moment go together, as in the real agent.
                await Task.Delay(_soonest, away);
                await _changed.WaitAsync(_every - _soonest, away);
            }
        }
        catch (Exception end) when (end is OperationCanceledException or RpcException or InvalidOperationException or HttpRequestException or HttpIOException)
        {
            // The stream is over.
        }
    }

    private async Task ReadAsync(IAsyncStreamReader<HostOrder> orders, CancellationToken away)
    {
        try
        {
            await foreach (var order in orders.ReadAllAsync(away))
            {
                if (order.Welcome is not null) _attached = true;
                if (order.EndSession is { } ending && _running.TryRemove(ending.User, out _)) Ring();
            }
        }
        catch (Exception end) when (end is OperationCanceledException or RpcException)
        {
            // The same.
        }
    }
}
