using VdiBroker.Kernel;
using VdiBroker.Profiles;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Storage;

namespace VdiBroker.Sessions;

/// <summary>What a person chose at a station.</summary>
/// <param name="Secret">Proves the sign-in.</param>
/// <param name="Station">By its certificate.</param>
/// <param name="Wish">Setting → value.</param>
internal sealed record PreferenceChosen(Presented Secret, StationId Station, IReadOnlyList<KeyValuePair<string, string>> Wish);

/// <summary>What came of it. Closed.</summary>
internal abstract record Preference
{
    private Preference()
    {
    }

    /// <summary>It is in the profile.</summary>
    public sealed record Kept : Preference;

    /// <summary>It is not.</summary>
    public sealed record Refused(ErrorCode Code, string Why) : Preference;
}

/// <summary>Keeps what a person chose at a station as their own choice, with the station's name in the history.</summary>
internal sealed class KeepPreference(SignInStore signIns, ChangeProfile change)
{
    /// <summary>Loads, decides, commits; outages of the store come as <see cref="StoreOutOfReachException"/>.</summary>
    public async Task<Preference> RunAsync(PreferenceChosen chosen)
    {
        if (await signIns.FindAsync(chosen.Secret, chosen.Station) is not { Closed: false } signIn) return new Preference.Refused(ErrorCode.SignInEnded, "");
        // There is no profile of somebody without a name: the choice was this screen's.
        if (signIn.Person.IsVisitor) return new Preference.Kept();
        var outcome = await change.RunAsync(signIn.Person, chosen.Wish, new ChangeAuthor(ChangeOrigin.Person, chosen.Station.Value));
        return outcome is ChangeOutcome.Refused(var faults) ? new Preference.Refused(ErrorCode.InvalidRequest, string.Join("; ", faults)) : new Preference.Kept();
    }
}
