using VdiBroker.Kernel;
using VdiBroker.Storage;

namespace VdiBroker.Sessions;

/// <summary>Lets a station follow a session: only one that its sign-in's person owns.</summary>
internal sealed class FollowDoor(SignInStore signIns, SessionStore sessions, FollowSession follow)
{
    /// <summary>Checks the proof and starts to follow.</summary>
    /// <returns>Null when the sign-in is not known, not this station's, or the session is another person's.</returns>
    public async Task<IAsyncEnumerable<Followed>?> EnterAsync(Presented secret, StationId station, SessionId session, Fence fence, CancellationToken cancel)
    {
        if (await signIns.FindAsync(secret, station) is not { } signIn) return null;
        if (await sessions.FindAsync(session) is { } found && found.Person != signIn.Person) return null;
        return follow.RunAsync(new FollowRequested(signIn, secret, session, fence), cancel);
    }
}
