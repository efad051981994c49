using System.Security.Cryptography.X509Certificates;
using VdiBroker.Kernel;

namespace VdiBroker.Stations;

/// <summary>What an administrator says of a station that waits.</summary>
/// <param name="Code">That it shows.</param>
/// <param name="Station">The name that it gets.</param>
/// <param name="Place">Id of a place of the city file.</param>
/// <param name="Kind">desk, classroom, public or care.</param>
/// <param name="By">Who says so.</param>
internal sealed record Acceptance(string Code, StationId Station, string Place, string Kind, string By)
{
    /// <summary>For those who ask later.</summary>
    public string Why { get; init; } = "";

    /// <summary>The name is another machine's until now, which is shut out by this.</summary>
    public bool Replaces { get; init; }
}

/// <summary>What came of it. Closed.</summary>
internal abstract record AcceptOutcome
{
    private AcceptOutcome()
    {
    }

    /// <summary>It is admitted, with this certificate alone.</summary>
    public sealed record Accepted(StationStanding Standing, StationWish Wish) : AcceptOutcome;

    /// <summary>Nobody shows that code, not any more, or somebody else has decided it.</summary>
    public sealed record Gone : AcceptOutcome;

    /// <summary>It was accepted before, under that name.</summary>
    public sealed record Already(string Name) : AcceptOutcome;

    /// <summary>Something was decided of the name before: another machine has it, or it is revoked.</summary>
    public sealed record NameTaken(StationStanding Standing) : AcceptOutcome;
}

/// <summary>Admits a station that waits: signs its key, and commits certificate, place and kind in one step.</summary>
internal sealed class AcceptStation(EnrolmentStore wishes, StandingStore standings, StationSigner signer)
{
    /// <summary>Loads, decides, commits; outages of the store come as <see cref="Storage.StoreException"/>.</summary>
    public async Task<AcceptOutcome> RunAsync(Acceptance said)
    {
        if (await wishes.FindAsync(said.Code) is not { } asked) return new AcceptOutcome.Gone();
        if (asked.Wish.Station is { } name) return new AcceptOutcome.Already(name);
        var (before, now) = await standings.ReadAsync(said.Station);
        if (before.Standing is { } taken && !said.Replaces) return new AcceptOutcome.NameTaken(taken);
        var (pem, digest) = signer.Sign(PublicKey.CreateFromSubjectPublicKeyInfo(Convert.FromBase64String(asked.Wish.PublicKey), out _), said.Station);
        var standing = new StationStanding(said.Station, Revoked: false, now)
        {
            Certificate = digest,
            By = said.By,
            Why = said.Why,
            Home = new StationHome(said.Place, said.Kind, asked.Wish.Model, asked.Wish.Cards, now, said.By),
        };
        return await wishes.AcceptAsync(asked, before, standing, pem) switch
        {
            WishDecision.Done => new AcceptOutcome.Accepted(standing, asked.Wish),
            WishDecision.NameTaken => new AcceptOutcome.NameTaken((await standings.ReadAsync(said.Station)).Read.Standing!),
            _ => new AcceptOutcome.Gone(),
        };
    }
}
