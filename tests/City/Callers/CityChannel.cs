using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Grpc.Net.Client;
using VdiBroker.City.Brokers;

namespace VdiBroker.City.Callers;

/// <summary>A connection to the broker with a certificate of the city, as stations and agents have it.</summary>
public static class CityChannel
{
    /// <summary>Opens one; nothing is sent before the first call.</summary>
    public static GrpcChannel Open(string uri, string caFile, IssuedCertificate who)
    {
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        trust.CustomTrustStore.ImportFromPemFile(caFile);
        var certificate = X509Certificate2.CreateFromPemFile(who.Certificate, who.Key);
        return GrpcChannel.ForAddress(uri, new GrpcChannelOptions
        {
            DisposeHttpClient = true,
            HttpHandler = new SocketsHttpHandler
            {
                UseProxy = false,
                ConnectTimeout = TimeSpan.FromSeconds(10),
                SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = trust, ClientCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true) },
            },
        });
    }
}
