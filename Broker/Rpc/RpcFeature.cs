using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace VdiBroker.Rpc;

/// <summary>Wiring of the edge: mTLS listener, interceptor, identity.</summary>
internal static class RpcFeature
{
    /// <summary>A request is small; anything larger is refused before it is read whole. An observation of a full host is about 20 KiB.</summary>
    public const int LargestMessage = 256 * 1024;

    /// <summary>Adds gRPC behind mTLS on <paramref name="listen"/>.</summary>
    public static IServiceCollection AddRpc(this IServiceCollection services, string city, IPEndPoint listen, TlsOptions tls, bool measured)
    {
        services.AddSingleton(new Caller(city)).AddSingleton<StreamsEnd>();
        services.AddGrpc(grpc =>
        {
            // The first is the outermost.
            if (measured) grpc.Interceptors.Add<CallTelemetry>();
            grpc.Interceptors.Add<EdgeInterceptor>();
            grpc.MaxReceiveMessageSize = LargestMessage;
        });
        services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // A station that lost its power must not keep its place in a queue: found within 10 s.
            kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(5);
            kestrel.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(5);
            kestrel.Listen(listen, endpoint =>
            {
                endpoint.Protocols = HttpProtocols.Http2;
                endpoint.UseHttps(https => Secure(https, tls));
            });
        });
        // Streams end at once by StreamsEnd; what is left gets this long.
        services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(3));
        return services;
    }

    private static void Secure(HttpsConnectionAdapterOptions https, TlsOptions tls)
    {
        var authority = X509CertificateLoader.LoadCertificateFromFile(tls.Ca);
        https.ServerCertificate = X509Certificate2.CreateFromPemFile(tls.Certificate, tls.Key);
        https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
        https.HandshakeTimeout = TimeSpan.FromSeconds(5);
        https.ClientCertificateValidation = (certificate, _, _) => IsSignedBy(authority, certificate);
    }

    private static bool IsSignedBy(X509Certificate2 authority, X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        // Revocation is by the broker's own list of stations (enrolment), not by the authority's.
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(new System.Security.Cryptography.Oid("1.3.6.1.5.5.7.3.2"));
        return chain.Build(certificate);
    }
}
