using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using VdiBroker.Checks;
using VdiBroker.Trust;

namespace VdiBroker.Rpc;

/// <summary>Tries the broker's own certificate, key and authority.</summary>
internal static class TlsCheck
{
    private const string What = "broker's certificate";

    /// <summary>Everything about the three files.</summary>
    public static IEnumerable<CheckFinding> Run(TlsOptions tls, string city, DateTimeOffset now)
    {
        if (Load(() => X509Certificate2.CreateFromPemFile(tls.Certificate, tls.Key), out var own) is { } unreadable)
        {
            yield return CheckFinding.Bad(What, tls.Certificate, $"certificate and key cannot be used together: {unreadable}", "make them again with 'broker ca issue --kind broker'");
            yield break;
        }
        if (Load(() => X509CertificateLoader.LoadCertificateFromFile(tls.Ca), out var ca) is { } noCa)
        {
            yield return CheckFinding.Bad("city's authority", tls.Ca, $"cannot be read: {noCa}", "copy the city's ca.crt there");
            yield break;
        }
        using (own)
        using (ca)
        {
            yield return OwnDates(tls, own!, now);
            yield return CityDates(tls, ca!, now);
            yield return Name(tls, own!, city);
            yield return Chain(tls, own!, ca!);
        }
    }

    /// <summary>How long the broker's own certificate is good.</summary>
    public static CheckFinding OwnDates(TlsOptions tls, X509Certificate2 own, DateTimeOffset now) =>
        CertificateCheck.Dates(What, tls.Certificate, own, now, "make a new one with 'broker ca issue --kind broker' and restart the broker");

    /// <summary>How long the city's authority is good.</summary>
    public static CheckFinding CityDates(TlsOptions tls, X509Certificate2 ca, DateTimeOffset now) =>
        CertificateCheck.Dates("city's authority", tls.Ca, ca, now, "renew it with the same key: what it signed stays good (runbook certificates.md)");

    /// <summary>How long the authority for stations is good.</summary>
    public static CheckFinding StationsDates(string file, X509Certificate2 ca, DateTimeOffset now) =>
        CertificateCheck.Dates("authority for stations", file, ca, now, "renew it with the same key, on every broker: what it signed stays good (runbook certificates.md)");

    private static CheckFinding Name(TlsOptions tls, X509Certificate2 own, string city) => PeerName.Of(own) switch
    {
        { Kind: PeerKind.Broker } name when name.City == city => CheckFinding.Good(What, tls.Certificate, $"names {name.Uri}"),
        { } other => CheckFinding.Bad(What, tls.Certificate, $"names {other.Uri}, and this must be a broker of {city}", "make it with 'broker ca issue --kind broker' by the authority of this city"),
        null => CheckFinding.Bad(What, tls.Certificate, "names no peer (vdi://city/broker/name)", "make it with 'broker ca issue --kind broker'"),
    };

    private static CheckFinding Chain(TlsOptions tls, X509Certificate2 own, X509Certificate2 ca)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.Add(ca);
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        return chain.Build(own)
            ? CheckFinding.Good(What, tls.Certificate, $"is signed by {tls.Ca}")
            : CheckFinding.Bad(What, tls.Certificate, $"is not signed by {tls.Ca}", "tls.ca and tls.certificate must come from one authority");
    }

    private static string? Load(Func<X509Certificate2> load, out X509Certificate2? certificate)
    {
        certificate = null;
        try
        {
            certificate = load();
            return null;
        }
        catch (Exception fault) when (fault is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            return fault.Message;
        }
    }
}
