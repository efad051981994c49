using VdiBroker.Help;
using VdiBroker.Kernel;
using VdiBroker.Pools;
using VdiBroker.Profiles;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Records;
using VdiBroker.Storage;

namespace VdiBroker.Sessions;

/// <summary>Who calls for help.</summary>
/// <param name="Secret">Proves the sign-in.</param>
/// <param name="Station">By its certificate.</param>
/// <param name="Session">The desktop on its screen; empty = none.</param>
/// <param name="Language">What they read.</param>
internal sealed record HelpWanted(Presented Secret, StationId Station, SessionId Session, string Language);

/// <summary>What came of it. Closed.</summary>
internal abstract record HelpOutcome
{
    private HelpOutcome()
    {
    }

    /// <summary>The helpdesk has it.</summary>
    /// <param name="Number">Of the call.</param>
    /// <param name="Text">What the person is told.</param>
    public sealed record Called(long Number, string Text) : HelpOutcome;

    /// <summary>It has not.</summary>
    public sealed record Refused(ErrorCode Code) : HelpOutcome;
}

/// <summary>Takes a call for help in: what the broker knows of the person goes with it. Pressed again it is the same call.</summary>
internal sealed class CallForHelp(SignInStore signIns, SessionStore sessions, HelpStore help, ProfileRulebook places, PoolCatalogue pools, ILogger<CallForHelp> logger)
{
    /// <summary>Loads, commits; outages of the store come as <see cref="StoreOutOfReachException"/>.</summary>
    public async Task<HelpOutcome> RunAsync(HelpWanted wanted)
    {
        if (await signIns.FindAsync(wanted.Secret, wanted.Station) is not { Closed: false } signIn) return new HelpOutcome.Refused(ErrorCode.SignInEnded);
        var session = wanted.Session.Value.Length == 0 ? null : (await sessions.LookAsync(wanted.Session)).Session;
        // Another's desktop is none of theirs.
        if (session?.Person != signIn.Person) session = null;
        var place = places.PlaceOf(wanted.Station);
        var call = new HelpCall(signIn.Person.Value, wanted.Station.Value, place?.Id ?? "", session?.Id.Value ?? "", session?.Host.Value ?? "", session?.Pool.Value ?? "",
            RecordId.Of(signIn.Serial).Value, HelpWords.IsEnglish(wanted.Language) ? "en" : "fr");
        if (await help.CallAsync(call) is not { } number) return new HelpOutcome.Refused(ErrorCode.TooManyAtOnce);
        SessionsLog.HelpCalled(logger, number, signIn.Person, wanted.Station, wanted.Session);
        var pool = session is not null && pools.Pools.TryGetValue(session.Pool, out var known) ? known.NameIn(wanted.Language) : "";
        return new HelpOutcome.Called(number, HelpWords.Called(number, signIn.Person, wanted.Station, (place, pool), wanted.Language));
    }
}
