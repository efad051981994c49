using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Grpc.Net.Client;
using VdiBroker.City.Brokers;

namespace VdiBroker.City.Callers;

/// <summary>A connection to the broker with a certificate of the city, as stations and agents have it.</summary>
public static class CityChannel
{
    /// <summary>Opens one; nothing is sent before the first call.</summary>
    /// <param name="uri">The broker.</param>
    /// <param name="caFile">Whom to trust.</param>
    /// <param name="who">Who the caller is.</param>
    /// <param name="silence">A broker that is silent for so long while a call is under way is left: every call to it fails. Null: never.</param>
    public static GrpcChannel Open(string uri, string caFile, IssuedCertificate who, TimeSpan? silence = null)
    {
        var (trusted, own) = Read(caFile, who);
        return Open(uri, trusted, own, silence);
    }

    /// <summary>The same for plain HTTP requests.</summary>
    public static HttpMessageHandler Handler(string caFile, IssuedCertificate who)
    {
        var (trusted, own) = Read(caFile, who);
        return Handler(trusted, own, silence: null);
    }

    /// <summary>The same, with what the files hold.</summary>
    public static GrpcChannel Open(string uri, X509Certificate2Collection trusted, SslStreamCertificateContext who, TimeSpan? silence = null) =>
        GrpcChannel.ForAddress(uri, new GrpcChannelOptions { DisposeHttpClient = true, HttpHandler = Handler(trusted, who, silence) });

    private static (X509Certificate2Collection Trusted, SslStreamCertificateContext Own) Read(string caFile, IssuedCertificate who)
    {
        var trust = new X509Certificate2Collection();
        trust.ImportFromPemFile(caFile);
        return (trust, SslStreamCertificateContext.Create(X509Certificate2.CreateFromPemFile(who.Certificate, who.Key), null, offline: true));
    }

    private static SocketsHttpHandler Handler(X509Certificate2Collection trusted, SslStreamCertificateContext who, TimeSpan? silence)
    {
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        trust.CustomTrustStore.AddRange(trusted);
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectTimeout = silence ?? TimeSpan.FromSeconds(10),
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = trust, ClientCertificateContext = who },
        };
        if (silence is { } most)
        {
            (handler.KeepAlivePingDelay, handler.KeepAlivePingTimeout) = (most / 2, most / 2);
            handler.KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests;
        }
        return handler;
    }
}
