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
        services.AddSingleton(new Caller(city)).AddSingleton<StreamsEnd>().AddSingleton<Gates>().AddHostedService(provider => provider.GetRequiredService<Gates>());
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
                kestrel.ApplicationServices.GetRequiredService<Gates>().Guard(endpoint, () => endpoint.UseHttps(https => Secure(https, tls)));
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
        // One chain for each handshake, and that by the city's authority: a validation of our own would build a second one.
        https.OnAuthenticate = (_, server) => server.CertificateChainPolicy = SignedBy(authority);
    }

    private static X509ChainPolicy SignedBy(X509Certificate2 authority)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            // Revocation is by the broker's own list of stations (enrolment), not by the authority's.
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.Add(authority);
        policy.ApplicationPolicy.Add(new System.Security.Cryptography.Oid("1.3.6.1.5.5.7.3.2"));
        return policy;
    }
}
