using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using VdiBroker.Observability;

namespace VdiBroker.Rpc;

/// <summary>Wiring of the edge: mTLS listener, interceptor, identity.</summary>
internal static class RpcFeature
{
    /// <summary>A request is small; anything larger is refused before it is read whole. An observation of a full host is about 20 KiB.</summary>
    public const int LargestMessage = 256 * 1024;

    /// <summary>Adds gRPC behind mTLS on <paramref name="listen"/>.</summary>
    public static IServiceCollection AddRpc(this IServiceCollection services, string city, IPEndPoint listen, TlsOptions tls, bool measured)
    {
        services.AddSingleton(tls).AddSingleton<RefusedCallers>().AddSingleton<CallerTrust>().AddSingleton<HandshakeCost>().AddHostedService(provider => provider.GetRequiredService<HandshakeCost>()).AddHostedService<CertificateWatch>().AddSingleton<StationPace>();
        services.AddSingleton<StrangersDoor>().AddSingleton(new Caller(city)).AddSingleton<StreamsEnd>().AddSingleton<EdgeInterceptor>().AddSingleton<CallTelemetry>().AddSingleton<Gates>().AddHostedService(provider => provider.GetRequiredService<Gates>());
        services.BeginAtZero(CallTelemetry.Begin).AddGrpc(grpc =>
        {
            // The first is the outermost. Each is a service too: gRPC would make one anew for each call, by reflection.
            if (measured) grpc.Interceptors.Add<CallTelemetry>();
            grpc.Interceptors.Add<EdgeInterceptor>();
            grpc.MaxReceiveMessageSize = LargestMessage;
        });
        services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // A handful of short headers: looking each up in a table of its connection costs more than it saves, and the table a kilobyte.
            kestrel.AllowResponseHeaderCompression = false;
            // A station that lost its power must not keep its place in a queue: found within 10 s.
            kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(5);
            kestrel.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(5);
            kestrel.Listen(listen, endpoint =>
            {
                endpoint.Protocols = HttpProtocols.Http2;
                var trust = kestrel.ApplicationServices.GetRequiredService<CallerTrust>();
                kestrel.ApplicationServices.GetRequiredService<Gates>().Guard(endpoint, () => endpoint.UseHttps(https => Secure(https, tls, trust)));
                var door = kestrel.ApplicationServices.GetRequiredService<StrangersDoor>();
                if (trust.LetsStrangersAsk) endpoint.Use(next => connection => door.PassAsync(connection, next));
            });
        });
        // Streams end at once by StreamsEnd; what is left gets this long.
        services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(3));
        return services;
    }

    /// <summary>Keeps strangers, whom the handshake let through so that a station can ask to be admitted, from everything else. Before all routes.</summary>
    public static void UseStrangersDoor(this WebApplication app)
    {
        if (app.Services.GetRequiredService<CallerTrust>().LetsStrangersAsk) app.Use(next => request => StrangersDoor.PassAsync(request, next));
    }

    private static void Secure(HttpsConnectionAdapterOptions https, TlsOptions tls, CallerTrust trust)
    {
        https.ServerCertificate = X509Certificate2.CreateFromPemFile(tls.Certificate, tls.Key);
        https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
        https.HandshakeTimeout = TimeSpan.FromSeconds(5);
        // One chain for each handshake: the judgement reads the one that was built.
        https.OnAuthenticate = (_, server) => server.CertificateChainPolicy = trust.Policy();
        https.ClientCertificateValidation = trust.Admits;
    }
}
