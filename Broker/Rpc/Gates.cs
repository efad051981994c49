using System.Collections.Immutable;
using System.Net;
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
    private static readonly TimeSpan _firstWord = TimeSpan.FromSeconds(5);
    // A handshake keeps a processor busy for milliseconds; one that takes longer waits for its caller, and not in the way of others. Not sooner: where callers are slower than this broker, more must not begin than they can finish.
    private static readonly TimeSpan _longestInside = TimeSpan.FromMilliseconds(500);
    // It takes some addresses, not one, to fill the gate before the handshakes; and some directories, not one that hangs, to fill that before the sign-ins.
    private const int Shares = 3;
    private static readonly AdmissionRule _ofHandshakes = new(_handshakesAtOnce, _handshakesAtOnce, _longestAway);
    private static readonly AdmissionRule _ofPeople = new(Least, Most, _longestAway);
    private readonly AdmissionGate _handshakes = new(_ofHandshakes, "connections", time, logger);
    private readonly NeighbourGates _neighbours = new(_ofHandshakes.Share(Shares), "connections", time, logger);
    private readonly AdmissionGate _signIns = new(_ofPeople, "sign-ins", time, logger);
    // One of its own: who has signed in does not wait behind those who have not.
    private readonly AdmissionGate _openings = new(_ofPeople, "openings", time, logger);
    private ImmutableArray<AdmissionGate> _directories = [];

    /// <summary>Somebody begins: a password, a new one.</summary>
    public ValueTask<Entry> SignInAsync(CancellationToken cancel) => _signIns.EnterAsync(TimeSpan.FromSeconds(1), cancel);

    /// <summary>
    /// Makes the gate before one of the city's directories: of the places for sign-ins it has a share, so that one that hangs keeps nobody else's people out. By directory and not by tenant: it is directories that hang,
    /// and whose person somebody is at a station of nobody's is known only when one of them has answered. A city's only one has all the places.
    /// </summary>
    /// <param name="directory">Its id, for the log.</param>
    /// <param name="ofHowMany">How many directories the city has, from 1.</param>
    public AdmissionGate OfDirectory(string directory, int ofHowMany)
    {
        var gate = new AdmissionGate(ofHowMany == 1 ? _ofPeople : _ofPeople.Share(Shares), $"sign-ins for directory {directory}", time, logger);
        ImmutableInterlocked.Update(ref _directories, all => all.Add(gate));
        return gate;
    }

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
            connection.Features.Get<Handshake>()?.Dispose();
            connection.Features.Set<Handshake>(null);
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
            foreach (var directory in _directories) directory.Adapt(behind);
        }
    }

    private async Task ConnectAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        try
        {
            if (await SpeaksAsync(connection))
            {
                using var place = await PlaceAsync(StrangersDoor.Neighbours((connection.RemoteEndPoint as IPEndPoint)?.Address), connection.ConnectionClosed);
                if (place is not null)
                {
                    connection.Features.Set(place);
                    await next(connection);
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // It has gone.
        }
        connection.Abort();
    }

    // In the own neighbourhood first: who waits there waits in nobody else's way.
    private async Task<Handshake?> PlaceAsync(string neighbours, CancellationToken cancel)
    {
        var from = time.GetTimestamp();
        if (await _neighbours.EnterAsync(neighbours, _forHandshake, cancel) is not { } share) return null;
        Entry entry = default;
        try
        {
            entry = await _handshakes.EnterAsync(_forHandshake - time.GetElapsedTime(from), cancel);
        }
        finally
        {
            if (entry.Place is null) share.Dispose();
        }
        return entry.Place is { } place ? new Handshake(share, place, time) : null;
    }

    /// <summary>
    /// Waits for the first word, which stays to be read. A connection that says nothing, or half of it, has no place in a gate: it would keep that until the handshake is given up, and a handful of them kept everybody out. gRPC's
    /// own client opens such ones while it tries again (seen with 2,000 stations after a restart: 3 let in a second, 100 sent away, the processors idle), and so may anybody who reaches the port.
    /// </summary>
    /// <returns>False: it has gone, or has said something else, or has taken too long for it.</returns>
    private async Task<bool> SpeaksAsync(ConnectionContext connection)
    {
        using var late = new CancellationTokenSource(_firstWord, time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(late.Token, connection.ConnectionClosed);
        var input = connection.Transport.Input;
        try
        {
            while (true)
            {
                var read = await input.ReadAsync(over.Token);
                var heard = ClientHello.Look(read.Buffer);
                input.AdvanceTo(read.Buffer.Start, heard == Heard.Part ? read.Buffer.End : read.Buffer.Start);
                if (heard != Heard.Part) return heard == Heard.Whole;
                if (read.IsCompleted) return false;
            }
        }
        catch (IOException)
        {
            // Cut while it was waited for.
            return false;
        }
    }

    /// <summary>A place in both gates, given back when the handshake is over, and before that when it has taken too long: it goes on then without one.</summary>
    private sealed class Handshake : IDisposable
    {
        private readonly IDisposable _share;
        private readonly IDisposable _place;
        private readonly ITimer _late;

        public Handshake(IDisposable share, IDisposable place, TimeProvider time)
        {
            (_share, _place) = (share, place);
            _late = time.CreateTimer(static late => ((Handshake)late!).Leave(), this, _longestInside, Timeout.InfiniteTimeSpan);
        }

        public void Dispose()
        {
            _late.Dispose();
            Leave();
        }

        private void Leave()
        {
            _place.Dispose();
            _share.Dispose();
        }
    }
}
