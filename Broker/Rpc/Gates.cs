using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace VdiBroker.Rpc;

/// <summary>
/// What many want at once, in the morning and after a broker's end, and how much of it is done together. Everything else (agents' reports, tickets, ends, following, operators) goes past: it
/// is little for each, and it must not wait behind a crowd.
/// </summary>
internal sealed class Gates(TimeProvider time, ILogger<Gates> logger) : BackgroundService
{
    // At least so many keep the processors busy while each waits for directory and store. More than the most do not make it faster; a directory that hangs keeps some of them for as long as it
    // is waited for.
    private const int Least = 32;
    private const int Most = 256;

    // Handshakes are work of the processor alone: a few more than it has cores keep it busy.
    private static readonly int _handshakesAtOnce = 2 + (2 * Environment.ProcessorCount);
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan _longestAway = TimeSpan.FromSeconds(30);
    // Less than what a station waits for its connection and first word (4 s): nobody is served who is about to go.
    private static readonly TimeSpan _forHandshake = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan _firstByte = TimeSpan.FromSeconds(5);
    private readonly AdmissionGate _handshakes = new(new AdmissionRule(_handshakesAtOnce, _handshakesAtOnce, _longestAway), "connections", time, logger);
    private readonly AdmissionGate _signIns = new(new AdmissionRule(Least, Most, _longestAway), "sign-ins", time, logger);
    // One of its own: who has signed in does not wait behind those who have not.
    private readonly AdmissionGate _openings = new(new AdmissionRule(Least, Most, _longestAway), "openings", time, logger);

    /// <summary>Somebody begins: a password, a new one.</summary>
    public ValueTask<Entry> SignInAsync(CancellationToken cancel) => _signIns.EnterAsync(TimeSpan.FromSeconds(1), cancel);

    /// <summary>Somebody who has signed in wants the desktop: what was begun is finished, so the wait for the turn is longer.</summary>
    public ValueTask<Entry> OpenAsync(CancellationToken cancel) => _openings.EnterAsync(TimeSpan.FromSeconds(5), cancel);

    /// <summary>
    /// Puts a gate before the handshakes of <paramref name="endpoint"/>: where more come than can be served while they wait, they are closed at once, which costs next to nothing, and their own
    /// growing waits spread them.
    /// </summary>
    /// <param name="endpoint">Where callers connect.</param>
    /// <param name="secure">Adds TLS.</param>
    public void Guard(ListenOptions endpoint, Action secure)
    {
        endpoint.Use(next => connection => ConnectAsync(connection, next));
        secure();
        // The handshake is over.
        endpoint.Use(next => connection =>
        {
            connection.Features.Get<AdmissionGate.Admitted>()?.Dispose();
            connection.Features.Set<AdmissionGate.Admitted>(null);
            return next(connection);
        });
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(_look, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var from = time.GetTimestamp();
            await Task.Yield();
            var behind = time.GetElapsedTime(from);
            _signIns.Adapt(behind);
            _openings.Adapt(behind);
        }
    }

    private async Task ConnectAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        try
        {
            if (!await SpeaksAsync(connection))
            {
                connection.Abort();
                return;
            }
            using var entry = await _handshakes.EnterAsync(_forHandshake, connection.ConnectionClosed);
            if (entry.Place is { } place)
            {
                connection.Features.Set(place);
                await next(connection);
                return;
            }
        }
        catch (OperationCanceledException)
        {
            // It has gone.
        }
        connection.Abort();
    }

    /// <summary>
    /// Waits for the first byte, which stays to be read. A connection that says nothing has no place in the gate: it would keep that until the handshake is given up (5 s), and a handful of them kept everybody out. gRPC's
    /// own client opens such ones while it tries again (seen with 2,000 stations after a restart: 3 let in a second, 100 sent away, the processors idle), and so may anybody who reaches the port.
    /// </summary>
    /// <returns>False: it has gone, or has said nothing for too long.</returns>
    private async Task<bool> SpeaksAsync(ConnectionContext connection)
    {
        using var late = new CancellationTokenSource(_firstByte, time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(late.Token, connection.ConnectionClosed);
        try
        {
            var read = await connection.Transport.Input.ReadAsync(over.Token);
            connection.Transport.Input.AdvanceTo(read.Buffer.Start);
            return !read.Buffer.IsEmpty;
        }
        catch (IOException)
        {
            // Cut while it was waited for.
            return false;
        }
    }
}
