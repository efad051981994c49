using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using VdiBroker.City.Brokers;
using VdiBroker.City.Callers;
using VdiBroker.Protocol.Station.V1;
using Xunit;

namespace VdiBroker.Broker.Tests.Edge;

/// <summary>A station that nobody knows yet: a key, and a certificate that it has signed itself.</summary>
internal sealed class UnknownStation : IDisposable
{
    private readonly Town _town;
    private readonly X509Certificate2 _stranger;
    private readonly Stack<GrpcChannel> _channels = new();

    /// <param name="town">Where.</param>
    /// <param name="claims">A name that it writes into its certificate; null = none.</param>
    public UnknownStation(Town town, string? claims = null)
    {
        _town = town;
        _stranger = SignedItself(Key, claims);
    }

    public ECDsa Key { get; private set; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public string Fingerprint => string.Join(':', Convert.ToHexString(SHA256.HashData(Key.ExportSubjectPublicKeyInfo())).Chunk(2).Select(pair => new string(pair)));

    public static X509Certificate2 SignedItself(ECDsa key, string? claims = null)
    {
        var request = new CertificateRequest("CN=unknown", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2")], critical: false));
        if (claims is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddUri(new Uri(claims));
            request.CertificateExtensions.Add(names.Build());
        }
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch.AddYears(30), DateTimeOffset.UtcNow.AddYears(100));
    }

    /// <summary>A connection that shows the certificate that it has signed itself.</summary>
    public GrpcChannel Connect(BrokerProcess broker) => Connect(broker, _stranger);

    /// <summary>A connection that shows another one.</summary>
    public GrpcChannel Connect(BrokerProcess broker, X509Certificate2 who)
    {
        var trusted = new X509Certificate2Collection();
        trusted.ImportFromPemFile(_town.Certificates.CaFile);
        var channel = CityChannel.Open(broker.Uri, trusted, SslStreamCertificateContext.Create(who, null, offline: true));
        _channels.Push(channel);
        return channel;
    }

    /// <summary>Begins to ask.</summary>
    public Asking Ask(BrokerProcess broker, EnrolRequest? says = null) => new(new EnrolmentService.EnrolmentServiceClient(Connect(broker))
        .Enrol(says ?? new EnrolRequest { Name = "nouveau", Model = "Igel UD3", Macs = { "3c:52:82:01:0a:ff" }, Language = "fr" }, deadline: DateTime.UtcNow + 6 * Peers.Patience));

    /// <summary>Its certificate with its key.</summary>
    public X509Certificate2 With(string certificate) => X509Certificate2.CreateFromPem(certificate, Key.ExportPkcs8PrivateKeyPem());

    /// <summary>At the protocol, with a certificate that it was given.</summary>
    public StationPeer At(BrokerProcess broker, string certificate) => new(Connect(broker, With(certificate)));

    /// <summary>Has the administrator admit it: the certificate.</summary>
    public async Task<string> AdmittedAsync(BrokerProcess broker, string name, params string[] more)
    {
        using var asking = Ask(broker);
        var code = (await asking.WaitingAsync()).Code;
        var answer = await broker.OperatorAsync(["station", "accept", code, "--name", name, "--place", "couloir", .. more]);
        Assert.Equal((0, ""), (answer.Status, answer.Error));
        return (await asking.NextAsync()).Accepted.Certificate;
    }

    /// <summary>Asks for its next certificate, for a fresh key, showing the present one.</summary>
    public async Task<string> RenewAsync(BrokerProcess broker, X509Certificate2 shown, ECDsa next) =>
        (await new EnrolmentService.EnrolmentServiceClient(Connect(broker, shown)).RenewAsync(Request(next), deadline: DateTime.UtcNow + Peers.Patience)).Certificate;

    public static RenewRequest Request(ECDsa key) =>
        new() { SigningRequest = ByteString.CopyFrom(new CertificateRequest("CN=anything", key, HashAlgorithmName.SHA256).CreateSigningRequest()), Language = "fr" };

    public void Dispose()
    {
        while (_channels.TryPop(out var channel)) channel.Dispose();
        _stranger.Dispose();
        Key.Dispose();
    }
}

/// <summary>What an unknown station is told.</summary>
internal sealed class Asking(AsyncServerStreamingCall<EnrolReply> call) : IDisposable
{
    public async Task<EnrolReply> NextAsync()
    {
        using var late = new CancellationTokenSource(2 * Peers.Patience);
        Assert.True(await call.ResponseStream.MoveNext(late.Token), "the stream ended");
        return call.ResponseStream.Current;
    }

    public async Task<EnrolmentWaiting> WaitingAsync() => (await NextAsync()).Waiting;

    public void Dispose() => call.Dispose();
}
