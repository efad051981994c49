using VdiBroker.Kernel;
using VdiBroker.Storage;

namespace VdiBroker.Sessions;

/// <summary>What a station gives back.</summary>
/// <param name="Secret">Proves the sign-in.</param>
/// <param name="Station">By its certificate.</param>
/// <param name="Session">What it held; empty = nothing.</param>
/// <param name="Fence">The fence that it holds.</param>
/// <param name="SignOut">True: end the desktop; false: leave it running.</param>
internal sealed record CloseRequested(Presented Secret, StationId Station, SessionId Session, Fence Fence, bool SignOut);

/// <summary>Ends a sign-in, and its desktop when asked. Harmless when repeated or late: what is another sign-in's stays so.</summary>
internal sealed class CloseSignIn(SignInStore signIns, QueueStore queues, SessionNotes notes, ILogger<CloseSignIn> logger)
{
    /// <summary>Closes.</summary>
    /// <returns>False when the sign-in is not known (any more): nothing was closed, and no desktop was ended.</returns>
    public async Task<bool> RunAsync(CloseRequested request)
    {
        if (await signIns.FindAsync(request.Secret, request.Station) is not { } signIn) return false;
        // Nobody could come back to a visitor's desktop.
        var outcome = await signIns.CloseAsync(request.Secret, request.Session, request.Fence, request.SignOut || signIn.Person.IsVisitor);
        SessionsLog.Closed(logger, signIn.Person, request.Station, outcome);
        if (outcome != "unknown") notes.Closed(signIn, outcome == "ending");
        // Who has no desktop may have waited for one.
        if (request.Session.Value.Length == 0) await Task.WhenAll(signIn.Pools.Select(pool => queues.LeaveAsync(pool, signIn.Person, signIn.Serial, "left")));
        return outcome != "unknown";
    }
}
