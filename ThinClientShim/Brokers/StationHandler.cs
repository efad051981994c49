using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace VdiBroker.Shim.Brokers;

/// <summary>A station's side of the connection to a broker. The bench connects its stations by this very file.</summary>
internal static class StationHandler
{
    /// <summary>Makes one; nothing is sent before the first call.</summary>
    /// <param name="authorities">Whom the broker must be certified by, and by nobody else.</param>
    /// <param name="identity">Who the station is.</param>
    /// <param name="connectWithin">TCP and TLS together.</param>
    public static SocketsHttpHandler Make(X509Certificate2Collection authorities, SslStreamCertificateContext identity, TimeSpan connectWithin) => new()
    {
        ConnectTimeout = connectWithin,
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        ActivityHeadersPropagator = null,
        // An idle Follow notices a broker that is frozen, or was cut off without a word: 5 to 7 s. Ten thousand stations are 5,000 pings in a second
        // for all brokers together, of 17 bytes each.
        KeepAlivePingDelay = TimeSpan.FromSeconds(2),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(3),
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        SslOptions = new SslClientAuthenticationOptions { ClientCertificateContext = identity, CertificateChainPolicy = OnlyFrom(authorities) },
    };

    private static X509ChainPolicy OnlyFrom(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }
}
