using System.Collections.Concurrent;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;
using VdiBroker.Protocol.Host.V1;

namespace VdiBroker.Bench.Storm;

/// <summary>A session host at the protocol: lets in who has a good ticket, reports what runs every so often and when something changed, carries out orders.</summary>
internal sealed class StormAgent : IAsyncDisposable
{
    private static readonly TimeSpan _soonest = TimeSpan.FromMilliseconds(200);
    private readonly GrpcChannel _channel;
    private readonly HostService.HostServiceClient _calls;
    private readonly AsyncDuplexStreamingCall<HostReport, HostOrder> _stream;
    private readonly ConcurrentDictionary<string, ObservedSession> _running = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _changed = new(0, 1);
    private readonly CancellationTokenSource _end = new();
    private readonly TimeSpan _every;
    private readonly Task _reporting;
    private readonly Task _reading;
    private volatile bool _attached;

    /// <param name="channel">To the broker, with the host's certificate; becomes its own.</param>
    /// <param name="every">How often it reports when nothing changes.</param>
    public StormAgent(GrpcChannel channel, TimeSpan every)
    {
        (_channel, _every) = (channel, every);
        _calls = new HostService.HostServiceClient(channel);
        _stream = _calls.Attach();
        _reporting = ReportAsync();
        _reading = ReadAsync();
    }

    /// <summary>The broker took it in.</summary>
    public bool IsAttached => _attached;

    /// <summary>How many sessions run.</summary>
    public int Running => _running.Count;

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
        await Task.WhenAll(_reporting, _reading);
        _stream.Dispose();
        _channel.Dispose();
        _end.Dispose();
        _changed.Dispose();
    }

    private void Ring()
    {
        try
        {
            if (_changed.CurrentCount == 0) _changed.Release();
        }
        catch (SemaphoreFullException)
        {
            // Somebody else rang at the same moment.
        }
    }

    private async Task ReportAsync()
    {
        try
        {
            await _stream.RequestStream.WriteAsync(new HostReport { Hello = new Hello { AgentVersion = "storm", BootId = "boot", CertificateSha256 = ByteString.CopyFrom(new byte[32]) } });
            for (var sequence = 1UL; ; sequence++)
            {
                var seen = new Observation { Sequence = sequence, Load = new HostLoad { Load1 = 1, Cores = 16, MemoryTotalBytes = 64UL << 30, MemoryAvailableBytes = 32UL << 30 } };
                seen.Sessions.AddRange(_running.Values);
                await _stream.RequestStream.WriteAsync(new HostReport { Observation = seen });
                // Changes of one moment go together, as in the real agent.
                await Task.Delay(_soonest, _end.Token);
                await _changed.WaitAsync(_every - _soonest, _end.Token);
            }
        }
        catch (Exception end) when (end is OperationCanceledException or RpcException or InvalidOperationException)
        {
            // The bench or the broker is over.
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            await foreach (var order in _stream.ResponseStream.ReadAllAsync(_end.Token))
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
