using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using VdiBroker.Trust;

namespace VdiBroker.Rpc;

/// <summary>
/// Whose certificates get through the handshake: those of the city's authority; those of the authority for stations, which may name stations alone (its key is on every broker, so whoever takes a broker over must not be able to
/// make hosts, operators or brokers of it); and, where stations may enrol, strangers, who get no further than <see cref="StrangersDoor"/> lets them.
/// </summary>
internal sealed class CallerTrust
{
    private const string ClientUse = "1.3.6.1.5.5.7.3.2";
    private readonly X509Certificate2 _city;
    private readonly X509Certificate2? _stations;
    private readonly RefusedCallers _refused;

    /// <param name="tls">Files of the two authorities.</param>
    /// <param name="refused">Told of whom is not let through.</param>
    /// <exception cref="CryptographicException">One is no certificate.</exception>
    public CallerTrust(TlsOptions tls, RefusedCallers refused)
    {
        _refused = refused;
        _city = X509CertificateLoader.LoadCertificateFromFile(tls.Ca);
        _stations = tls.StationCa is { } file ? X509CertificateLoader.LoadCertificateFromFile(file) : null;
    }

    /// <summary>Stations may enrol here.</summary>
    public bool LetsStrangersAsk => _stations is not null;

    /// <summary>How a caller's chain is built: once for each handshake.</summary>
    public X509ChainPolicy Policy()
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            // Revocation is by the broker's own list of stations, not by the authority's.
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.Add(_city);
        if (_stations is not null) policy.CustomTrustStore.Add(_stations);
        policy.ApplicationPolicy.Add(new Oid(ClientUse));
        return policy;
    }

    /// <summary>Judges a caller by the chain that was built. The log has whom it refuses and why, once in a while for each.</summary>
    public bool Admits(X509Certificate2 shown, X509Chain? chain, SslPolicyErrors errors)
    {
        if (Judge(shown, chain, errors)) return true;
        _refused.Tell(shown, chain);
        return false;
    }

    private bool Judge(X509Certificate2 shown, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None) return chain is not null && (!IsOf(_stations, chain) || IsOf(_city, chain) || PeerName.Of(shown) is { Kind: PeerKind.Station });
        return LetsStrangersAsk && errors == SslPolicyErrors.RemoteCertificateChainErrors && chain is not null && Strangers.MayAsk(shown, chain);
    }

    private static bool IsOf(X509Certificate2? authority, X509Chain chain) => authority is not null && chain.ChainElements[^1].Certificate.RawDataMemory.Span.SequenceEqual(authority.RawDataMemory.Span);
}
