using System.Security.Cryptography.X509Certificates;
using VdiBroker.Kernel;
using VdiBroker.Trust;

namespace VdiBroker.Stations;

/// <summary>A station that wants its next certificate.</summary>
/// <param name="Station">By the certificate that it shows.</param>
/// <param name="Shown">That certificate.</param>
/// <param name="Wanted">The fresh key, which it has proved to hold.</param>
internal sealed record RenewalWanted(StationId Station, X509Certificate2 Shown, PublicKey Wanted);

/// <summary>Gives a station its next certificate: decides, signs, commits. The name's standing names both until the next one is shown.</summary>
internal sealed class RenewStation(StandingStore standings, StationSigner signer, ILogger<RenewStation> logger)
{
    /// <summary>Who it is in events.</summary>
    public const string Itself = "the station itself";

    /// <summary>Runs; outages of the store come as <see cref="Storage.StoreException"/>.</summary>
    /// <returns>What was decided, and the certificate where there is one, PEM.</returns>
    public async Task<(RenewalDecision Decision, string Certificate)> RunAsync(RenewalWanted wanted)
    {
        var shown = new ShownCertificate(KeyDigest.Of(wanted.Shown.PublicKey), wanted.Shown.NotBefore, wanted.Shown.NotAfter);
        var (digest, key) = (CertificateDigest.Of(wanted.Shown), KeyDigest.Of(wanted.Wanted));
        (RenewalDecision Decision, string Certificate) outcome = default;
        await standings.DecideAsync(wanted.Station, (before, now) =>
        {
            var decision = before?.Admits(digest) == false ? new RenewalDecision.Copied() : Renewal.Decide(before, shown, key, now);
            outcome = (decision, decision is RenewalDecision.Again again ? again.Pem : "");
            if (decision is not RenewalDecision.Sign) return null;
            var (pem, next) = signer.Sign(wanted.Wanted, wanted.Station);
            outcome = (decision, pem);
            var standing = (before ?? new StationStanding(wanted.Station, Revoked: false, now) { By = Itself }) with { Certificate = digest, Next = new RenewedCertificate(next, key, pem), Since = before?.DecidedAt };
            return new StandingChange(standing, "station-renewed", Itself, "");
        });
        if (outcome.Decision is RenewalDecision.Copied) StationsLog.Copied(logger, wanted.Station, KeyDigest.Shown(shown.Key));
        return outcome;
    }
}
