using System.Security.Cryptography.X509Certificates;
using VdiBroker.Kernel;
using VdiBroker.Trust;

namespace VdiBroker.Stations;

/// <summary>Makes stations' certificates. It decides nothing: who may have one stands in the store before it reaches anybody.</summary>
/// <param name="authority">For stations.</param>
/// <param name="valid">How long each holds.</param>
internal sealed class StationSigner(CityAuthority authority, TimeSpan valid) : IDisposable
{
    /// <summary>The city of its certificates.</summary>
    public string City => authority.City;

    /// <summary>Signs.</summary>
    /// <param name="key">Of the station, P-256.</param>
    /// <param name="station">Its name.</param>
    /// <returns>The certificate as PEM, and its SHA-256.</returns>
    public (string Pem, string Digest) Sign(PublicKey key, StationId station)
    {
        using var signed = authority.SignStation(key, station.Value, valid);
        return (signed.ExportCertificatePem(), CertificateDigest.Of(signed));
    }

    /// <inheritdoc/>
    public void Dispose() => authority.Dispose();
}
