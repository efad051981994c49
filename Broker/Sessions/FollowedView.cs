using VdiBroker.Kernel;
using VdiBroker.Pools;
using VdiBroker.Storage;

namespace VdiBroker.Sessions;

/// <summary>What a session is to the station that follows it.</summary>
internal sealed class FollowedView(SessionStore sessions, HearStation hearing, PoolCatalogue pools)
{
    /// <summary>The session's row, for one that follows it.</summary>
    public FollowedRow Row(SessionId session) => new(sessions, session);

    /// <summary>What it is now.</summary>
    /// <returns>Null while the store is out of reach, or was emptied and hosts may still tell of the session; with it, whether the station has to be heard of: on a machine without an agent its following is all that is known.</returns>
    public async Task<(Followed Now, bool OnMachine)?> LookAsync(FollowRequested request, FollowedRow row, HomeWatch home)
    {
        try
        {
            var (session, now) = await row.LookAsync();
            if (session is null && !await sessions.HasSettledAsync()) return null;
            var onMachine = session is not null && hearing.IsHeard(session);
            if (onMachine && await hearing.FollowsAsync(request.Session, request.Fence) == Heard.Active) session = session! with { Phase = SessionPhase.Active };
            return (home.Over(FollowedOf(request, session, now), session), onMachine);
        }
        catch (StoreOutOfReachException)
        {
            return null;
        }
    }

    private Followed FollowedOf(FollowRequested request, Session? session, DateTimeOffset now)
    {
        var view = StationViews.Of(session, request.SignIn.Serial, request.Fence);
        return new Followed(view, view == StationView.Moved ? session!.Station : request.SignIn.Station)
        {
            End = StationViews.IsFinal(view) || session is null ? null : EndOf(session, now),
            IsVisitor = request.SignIn.Person.IsVisitor,
            EndedBy = view == StationView.SignedOut ? session?.End.EndedBy : null,
        };
    }

    private EndNews? EndOf(Session session, DateTimeOffset now)
    {
        if (session.End.Promise is not { } promise) return null;
        var extendable = pools.Pools.TryGetValue(session.Pool, out var pool) && pool.Limits.IsExtendable(session.AsLimited());
        return new EndNews(promise.Limit, promise.EndsAt, promise.EndsAt - now, extendable);
    }
}
