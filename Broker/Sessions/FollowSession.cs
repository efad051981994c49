using System.Runtime.CompilerServices;
using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Pools;
using VdiBroker.Rpc;
using VdiBroker.Storage;

namespace VdiBroker.Sessions;

/// <summary>What a station holds.</summary>
/// <param name="SignIn">The sign-in that it proved.</param>
/// <param name="Secret">The proof, to keep the sign-in alive.</param>
/// <param name="Session">The session.</param>
/// <param name="Fence">The fence that it was given.</param>
internal sealed record FollowRequested(SignIn SignIn, Presented Secret, SessionId Session, Fence Fence);

/// <summary>An end that comes near.</summary>
/// <param name="Limit">Why.</param>
/// <param name="EndsAt">When, by the store's clock.</param>
/// <param name="EndsIn">In how long, when it was looked at.</param>
/// <param name="Extendable">More time would be given.</param>
internal sealed record EndNews(Limit Limit, DateTimeOffset EndsAt, TimeSpan EndsIn, bool Extendable);

/// <summary>What became of it.</summary>
/// <param name="View">What the session is to this station.</param>
/// <param name="Station">The station that holds it now.</param>
internal sealed record Followed(StationView View, StationId Station)
{
    /// <summary>An end that comes near; null = none.</summary>
    public EndNews? End { get; init; }

    /// <summary>The limit that ended it; null = none did, or it has not ended.</summary>
    public Limit? EndedBy { get; init; }

    /// <summary>They have no name: nobody comes back to what they leave.</summary>
    public bool IsVisitor { get; init; }

    /// <summary>With <see cref="StationView.HostSilent"/>: the host; else null.</summary>
    public HostId? Host { get; init; }

    /// <summary>Over how long all stations are to spread their return, should their streams be cut; null = at once.</summary>
    public TimeSpan? Spread { get; init; }

    /// <summary>Tells the same: that the end has come nearer meanwhile, or that some stations more are there, is no news.</summary>
    public bool Repeats(Followed? told) => told is not null && Bare == told.Bare && End?.EndsAt == told.End?.EndsAt && End?.Limit == told.End?.Limit && !ReturnSpread.IsOutdated(told.Spread, Spread);

    private Followed Bare => this with { End = null, Spread = null };
}

/// <summary>Tells a station what becomes of its session: now, and at each change, until it is nothing to the station any more.</summary>
internal sealed class FollowSession(FarmEvents events, SignInStore signIns, FollowedView view, HostWatch watch, HandshakeCost handshake)
{
    private static readonly TimeSpan _again = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _keepAlive = TimeSpan.FromMinutes(10);
    private static readonly int _cores = Environment.ProcessorCount;
    private int _following;

    /// <summary>Runs until the view is final or <paramref name="cancel"/>. An outage of the store only delays it.</summary>
    public async IAsyncEnumerable<Followed> RunAsync(FollowRequested request, [EnumeratorCancellation] CancellationToken cancel)
    {
        var bell = new Bell();
        var row = view.Row(request.Session);
        void Ring(bool other)
        {
            if (other) row.Doubt();
            bell.Ring();
        }
        using var subscription = events.Follow("session", request.Session.Value, () => Ring(other: true));
        using var home = new HomeWatch(watch, Ring);
        Interlocked.Increment(ref _following);
        try
        {
            Followed? told = null;
            while (true)
            {
                if (await view.LookAsync(request, row, home) is not var (seen, onMachine))
                {
                    await Task.Delay(_again, cancel);
                    continue;
                }
                var now = seen with { Spread = Spread(onMachine) };
                if (!now.Repeats(told)) yield return told = now;
                if (StationViews.IsFinal(now.View)) yield break;
                if (!await WaitAsync(bell, request, told!, onMachine, cancel)) row.Doubt();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _following);
        }
    }

    /// <returns>False: nothing has rung, it is looked at anew because of the time.</returns>
    private async Task<bool> WaitAsync(Bell bell, FollowRequested request, Followed told, bool onMachine, CancellationToken cancel)
    {
        while (!await bell.HeardAsync(onMachine ? MachineLife.HeardEvery : _keepAlive, cancel))
        {
            cancel.ThrowIfCancellationRequested();
            await KeepAliveAsync(request);
            // Who came in the morning as the first of thousands was told "at once", and may hear nothing more all day.
            if (onMachine || ReturnSpread.IsOutdated(told.Spread, Spread(onMachine))) return false;
        }
        return true;
    }

    // By this broker's own stations: they are who comes should it end, to this one again or to others as large. One on a machine without an agent would be taken for gone.
    private TimeSpan? Spread(bool onMachine) => ReturnSpread.Over(Volatile.Read(ref _following), _cores, handshake.Each) is not { } spread ? null
        : onMachine && spread > MachineLife.LongestReturn ? MachineLife.LongestReturn : spread;

    private async Task KeepAliveAsync(FollowRequested request)
    {
        try
        {
            await signIns.FindAsync(request.Secret, request.SignIn.Station);
        }
        catch (StoreOutOfReachException)
        {
            // The next tick keeps it alive: its life is many ticks long.
        }
    }
}
