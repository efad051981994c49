using VdiBroker.Kernel;

namespace VdiBroker.Sessions;

/// <summary>What a station gives back.</summary>
/// <param name="SignInSecret">Proves the sign-in.</param>
/// <param name="Station">By its certificate.</param>
/// <param name="Session">What it held; empty = nothing.</param>
/// <param name="Fence">The fence that it holds.</param>
/// <param name="SignOut">True: end the desktop; false: leave it running.</param>
internal sealed record CloseRequested(string SignInSecret, StationId Station, SessionId Session, Fence Fence, bool SignOut);

/// <summary>Ends a sign-in, and its desktop when asked. Harmless when repeated or late: what is another sign-in's stays so.</summary>
internal sealed class CloseSignIn(SignInStore signIns, ILogger<CloseSignIn> logger)
{
    /// <summary>Closes; nothing happens when the sign-in is not known any more.</summary>
    public async Task RunAsync(CloseRequested request)
    {
        if (await signIns.FindAsync(request.SignInSecret, request.Station) is not { } signIn) return;
        var outcome = await signIns.CloseAsync(request.SignInSecret, request.Session, request.Fence, request.SignOut);
        SessionsLog.Closed(logger, signIn.Person, request.Station, outcome);
    }
}
