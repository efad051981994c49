using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using VdiBroker.Checks;
using VdiBroker.Rpc;

namespace VdiBroker.Stations;

/// <summary>Tries the authority for stations.</summary>
internal static class EnrolmentCheck
{
    private const string What = "authority for stations";

    /// <summary>Everything about its two files.</summary>
    public static IEnumerable<CheckFinding> Run(EnrolmentOptions? enrolment, string city, TimeProvider time)
    {
        if (enrolment is null)
        {
            yield return CheckFinding.Good(What, "broker.json", "there is none: stations get their certificates by hand");
            yield break;
        }
        if (Load(enrolment, time, out var signer, out var certificate) is { } unusable)
        {
            yield return CheckFinding.Bad(What, enrolment.Certificate, $"certificate and key cannot be used together: {unusable}", "give this broker the two files that 'broker ca init --stations' has made");
            yield break;
        }
        using (signer)
        using (certificate)
        {
            yield return TlsCheck.StationsDates(enrolment.Certificate, certificate!, time.GetUtcNow());
            yield return signer!.City == city
                ? CheckFinding.Good(What, enrolment.Certificate, $"is of {city}")
                : CheckFinding.Bad(What, enrolment.Certificate, $"is of {signer.City}, and the city file of {city}", "make it with 'broker ca init --stations --city' and the name in the city file");
        }
    }

    private static string? Load(EnrolmentOptions enrolment, TimeProvider time, out StationSigner? signer, out X509Certificate2? certificate)
    {
        (signer, certificate) = (null, null);
        try
        {
            signer = enrolment.Open(time);
            certificate = X509CertificateLoader.LoadCertificateFromFile(enrolment.Certificate);
            return null;
        }
        catch (Exception fault) when (fault is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            return fault.Message;
        }
    }
}
