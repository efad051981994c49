using System.Runtime.CompilerServices;
using VdiBroker.Kernel;
using VdiBroker.Storage;

namespace VdiBroker.Sessions;

/// <summary>What a station holds.</summary>
/// <param name="SignIn">The sign-in that it proved.</param>
/// <param name="Secret">The proof, to keep the sign-in alive.</param>
/// <param name="Session">The session.</param>
/// <param name="Fence">The fence that it was given.</param>
internal sealed record FollowRequested(SignIn SignIn, Presented Secret, SessionId Session, Fence Fence);

/// <summary>What became of it.</summary>
/// <param name="View">What the session is to this station.</param>
/// <param name="Station">The station that holds it now.</param>
internal sealed record Followed(StationView View, StationId Station);

/// <summary>Tells a station what becomes of its session: now, and at each change, until it is nothing to the station any more.</summary>
internal sealed class FollowSession(FarmEvents events, SessionStore sessions, SignInStore signIns, HearStation hearing)
{
    private static readonly TimeSpan _again = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _keepAlive = TimeSpan.FromMinutes(10);

    /// <summary>Runs until the view is final or <paramref name="cancel"/>. An outage of the store only delays it.</summary>
    public async IAsyncEnumerable<Followed> RunAsync(FollowRequested request, [EnumeratorCancellation] CancellationToken cancel)
    {
        var bell = new Bell();
        using var subscription = events.Subscribe(happened =>
        {
            if (happened["session"] == request.Session.Value) bell.Ring();
        });
        Followed? told = null;
        while (true)
        {
            if (await LookAsync(request) is not var (now, onMachine))
            {
                await Task.Delay(_again, cancel);
                continue;
            }
            if (now != told) yield return now;
            if (StationViews.IsFinal(now.View)) yield break;
            told = now;
            await WaitAsync(bell, request, onMachine, cancel);
        }
    }

    /// <returns>Null while the store is out of reach, or was emptied and hosts may still tell of the session; with it, whether the station has to be heard of: on a machine without an agent its following is all that is known.</returns>
    private async Task<(Followed Now, bool OnMachine)?> LookAsync(FollowRequested request)
    {
        try
        {
            var session = await sessions.FindAsync(request.Session);
            if (session is null && !await sessions.HasSettledAsync()) return null;
            var onMachine = session is not null && hearing.IsHeard(session);
            if (onMachine && await hearing.FollowsAsync(request.Session, request.Fence) == Heard.Active) session = await sessions.FindAsync(request.Session);
            var view = StationViews.Of(session, request.SignIn.Serial, request.Fence);
            return (new Followed(view, view == StationView.Moved ? session!.Station : request.SignIn.Station), onMachine);
        }
        catch (StoreOutOfReachException)
        {
            return null;
        }
    }

    private async Task WaitAsync(Bell bell, FollowRequested request, bool onMachine, CancellationToken cancel)
    {
        while (!await bell.HeardAsync(onMachine ? MachineLife.HeardEvery : _keepAlive, cancel))
        {
            cancel.ThrowIfCancellationRequested();
            await KeepAliveAsync(request);
            if (onMachine) return;
        }
    }

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
