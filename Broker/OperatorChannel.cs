using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Net.Client;
using VdiBroker.Protocol;

namespace VdiBroker;

/// <summary>An operator's connection to a broker somewhere else: what stands in three files and one address.</summary>
internal static class OperatorChannel
{
    /// <summary>How long a broker may take to answer.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Opens one; nothing is sent before the first call.</summary>
    /// <param name="broker">Where: <c>https://broker-1:7443</c>.</param>
    /// <param name="authority">The city's authority, PEM.</param>
    /// <param name="certificate">The operator's own, PEM.</param>
    /// <param name="key">Its key, PEM.</param>
    /// <exception cref="IOException">A file is not there, or may not be read.</exception>
    /// <exception cref="CryptographicException">A file does not hold what it should.</exception>
    public static GrpcChannel Open(Uri broker, string authority, string certificate, string key)
    {
        MachineAuthorities.LeaveUnread();
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        trust.CustomTrustStore.Add(X509CertificateLoader.LoadCertificateFromFile(authority));
        var own = SslStreamCertificateContext.Create(X509Certificate2.CreateFromPemFile(certificate, key), null, offline: true);
        return GrpcChannel.ForAddress(broker, new GrpcChannelOptions
        {
            DisposeHttpClient = true,
            HttpHandler = new SocketsHttpHandler
            {
                UseProxy = false,
                ConnectTimeout = Patience,
                SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = trust, ClientCertificateContext = own },
            },
        });
    }
}
