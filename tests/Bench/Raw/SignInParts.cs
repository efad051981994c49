namespace VdiBroker.Bench.Raw;

/// <summary>How many of each raw operation a whole sign-in has: what its parts alone would take.</summary>
/// <param name="Binds">Passwords checked.</param>
/// <param name="Searches">Searches in the directory: the person, their groups.</param>
/// <param name="Scripts">Script calls at Redis, with records and the report that follows.</param>
/// <param name="Calls">gRPC calls: SignIn, Open, RedeemTicket; the host's report comes on a stream that is there.</param>
internal sealed record SignInParts(double Binds, double Searches, double Scripts, double Calls)
{
    /// <summary>Those of this broker.</summary>
    /// <param name="scripts">As many script calls as were counted.</param>
    public static SignInParts With(double scripts) => new(1, 2, scripts, 3);
}
