using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Grpc.Net.Client;
using VdiBroker.Protocol.Host.V1;

namespace VdiBroker.Agent.Link;

/// <summary>The connection to one broker: mTLS, the city's authority alone trusted, name or address checked.</summary>
internal sealed class BrokerLine : IDisposable
{
    /// <summary>A broker that does not answer the connection within this time is out of reach.</summary>
    public static readonly TimeSpan ConnectWithin = TimeSpan.FromSeconds(2);

    // Together the longest silence of a hanging broker: 3 s, and 1 s more by the grain of the runtime's timer. Meanwhile the other brokers hear nothing of the host.
    private static readonly TimeSpan PingAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PingAnsweredWithin = TimeSpan.FromSeconds(2);
    private const int LargestMessage = 64 * 1024;

    private readonly GrpcChannel _channel;

    /// <summary>Prepares; nothing is connected before the first call.</summary>
    public BrokerLine(Uri address, Identity identity)
    {
        Address = address;
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.Add(identity.Authority);
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            ConnectTimeout = ConnectWithin,
            KeepAlivePingDelay = PingAfter,
            KeepAlivePingTimeout = PingAnsweredWithin,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            InitialHttp2StreamWindowSize = 65535,
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = trust,
                ClientCertificateContext = SslStreamCertificateContext.Create(identity.Own, null, offline: true),
            },
        };
        _channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            HttpHandler = handler,
            DisposeHttpClient = true,
            MaxReceiveMessageSize = LargestMessage,
            MaxRetryAttempts = 1,
        });
        Service = new HostService.HostServiceClient(_channel);
    }

    /// <summary>The broker's address.</summary>
    public Uri Address { get; }

    /// <summary>What the broker offers to hosts.</summary>
    public HostService.HostServiceClient Service { get; }

    /// <inheritdoc/>
    public void Dispose() => _channel.Dispose();
}
