using VdiBroker.Kernel;
using VdiBroker.Pools;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Storage;

namespace VdiBroker.Sessions;

/// <summary>Who asks for more time.</summary>
/// <param name="Secret">Proves the sign-in.</param>
/// <param name="Station">By its certificate.</param>
/// <param name="Session">The desktop.</param>
/// <param name="Fence">The fence that the station holds.</param>
internal sealed record ExtensionRequested(Presented Secret, StationId Station, SessionId Session, Fence Fence);

/// <summary>What came of it. Closed.</summary>
internal abstract record Extension
{
    private Extension()
    {
    }

    /// <summary>The end is put off, or was already: it comes in so long.</summary>
    public sealed record Granted(TimeSpan EndsIn) : Extension;

    /// <summary>It stays as it is.</summary>
    public sealed record Refused(ErrorCode Code) : Extension;
}

/// <summary>Puts off the end that a person was told of. Asked again after a lost answer, it gives the end that holds.</summary>
internal sealed class ExtendSession(SignInStore signIns, SessionStore sessions, LimitLedger ledger, PoolCatalogue pools, ILogger<ExtendSession> logger)
{
    // Each repetition means that the session changed in between: a report corrected it, another click was faster.
    private const int Tries = 5;

    /// <summary>Loads, decides, commits; outages of the store come as <see cref="StoreOutOfReachException"/>.</summary>
    public async Task<Extension> RunAsync(ExtensionRequested request)
    {
        if (await signIns.FindAsync(request.Secret, request.Station) is not { Closed: false } signIn) return new Extension.Refused(ErrorCode.SignInEnded);
        for (var turn = 0; turn < Tries; turn++)
        {
            var (session, now) = await sessions.LookAsync(request.Session);
            if (session is null || session.Person != signIn.Person || session.IsFinal) return new Extension.Refused(ErrorCode.ExtensionRefused);
            if (session.Serial != signIn.Serial || session.Fence != request.Fence) return new Extension.Refused(ErrorCode.MovedElsewhere);
            if (!SessionLife.Running.Contains(session.Phase) || !pools.Pools.TryGetValue(session.Pool, out var pool)) return new Extension.Refused(ErrorCode.ExtensionRefused);
            switch (pool.Limits.DecideExtension(session.AsLimited(), now))
            {
                case ExtensionDecision.Grant(var limit, var until):
                    if (!await ledger.ExtendAsync(session, limit, until)) continue;
                    SessionsLog.Extended(logger, session.Id, session.Person, request.Station, limit, until);
                    return new Extension.Granted(until - now);
                case ExtensionDecision.Holds(var until):
                    return new Extension.Granted(until - now);
                default:
                    return new Extension.Refused(ErrorCode.ExtensionRefused);
            }
        }
        return new Extension.Refused(ErrorCode.ExtensionRefused);
    }
}
