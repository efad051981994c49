using VdiBroker.Kernel;
using VdiBroker.Machines;
using VdiBroker.Storage;

namespace VdiBroker.Sessions;

/// <summary>A station that has its desktop's first picture.</summary>
/// <param name="Secret">Proves the sign-in.</param>
/// <param name="Station">By its certificate.</param>
/// <param name="Session">What it shows.</param>
/// <param name="Fence">The fence that it holds.</param>
/// <param name="Took">What it measured.</param>
internal sealed record ShownAtStation(Presented Secret, StationId Station, SessionId Session, Fence Fence, StationTimes Took);

/// <summary>How long the way to a desktop took, as the station measured it; null = it did not say.</summary>
/// <param name="SignIn">From the person's last key to the answer of the sign-in.</param>
/// <param name="Open">From there to the desktop's address.</param>
/// <param name="Connect">From there to the first picture.</param>
internal sealed record StationTimes(TimeSpan? SignIn, TimeSpan? Open, TimeSpan? Connect);

/// <summary>Takes a station's word that it shows a session. On a machine without an agent that is all that is known; elsewhere the agent says it, and the word changes nothing.</summary>
internal sealed class HearStation(SignInStore signIns, SessionStore sessions, MachineSeats seats, MachineCatalogue machines, SessionNotes notes)
{
    /// <summary>The station has the picture.</summary>
    /// <returns>False when the sign-in is not known, or not this station's; outages of the store come as <see cref="StoreOutOfReachException"/>.</returns>
    public async Task<bool> ShownAsync(ShownAtStation shown)
    {
        if (await signIns.FindAsync(shown.Secret, shown.Station) is not { } signIn) return false;
        if (await sessions.FindAsync(shown.Session) is not { } session || session.Person != signIn.Person) return true;
        notes.Shown(signIn, shown);
        if (IsHeard(session)) await seats.HearAsync(session.Id, shown.Fence, shown: true);
        return true;
    }

    /// <summary>True for a session whose station has to be heard of: nobody else says whether it is on a screen.</summary>
    public bool IsHeard(Session session) => !session.IsFinal && machines.WithoutAgent(session.Host) is not null;

    /// <summary>The station follows the session.</summary>
    public Task<Heard> FollowsAsync(SessionId session, Fence fence) => seats.HearAsync(session, fence, shown: false);
}
