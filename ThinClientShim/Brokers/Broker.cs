using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Net.Client;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.Shim.Configuration;

namespace VdiBroker.Shim.Brokers;

/// <summary>One broker and the connection to it, made at the first call.</summary>
internal sealed class Broker : IDisposable
{
    private static readonly Marshaller<byte[]> Plain = Marshallers.Create(bytes => bytes, bytes => bytes);

    // Every broker answers it at once: with a health service by its state, without by "unimplemented". Both mean: alive.
    private static readonly Method<byte[], byte[]> AreYouThere = new(MethodType.Unary, "grpc.health.v1.Health", "Check", Plain, Plain);

    private readonly GrpcChannel _channel;
    private readonly CallInvoker _invoker;

    /// <param name="address">https://address:port.</param>
    /// <param name="settings">Whom to trust.</param>
    /// <param name="identity">Who the station is.</param>
    /// <param name="connectWithin">TCP and TLS together.</param>
    public Broker(Uri address, StationSettings settings, X509Certificate2 identity, TimeSpan connectWithin)
    {
        Address = address;
        _channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            HttpHandler = StationHandler.Make(settings.Authorities, SslStreamCertificateContext.Create(identity, null, offline: true), connectWithin),
            DisposeHttpClient = true,
            MaxRetryAttempts = null,
        });
        _invoker = _channel.CreateCallInvoker();
        Calls = new StationService.StationServiceClient(_invoker);
        Presence = new PresenceService.PresenceServiceClient(_invoker);
        Enrolment = new EnrolmentService.EnrolmentServiceClient(_invoker);
    }

    /// <summary>Where it is.</summary>
    public Uri Address { get; }

    /// <summary>Its calls.</summary>
    public StationService.StationServiceClient Calls { get; }

    /// <summary>The stream on which it hears how the station is.</summary>
    public PresenceService.PresenceServiceClient Presence { get; }

    /// <summary>Its calls by which a station gets its certificates.</summary>
    public EnrolmentService.EnrolmentServiceClient Enrolment { get; }

    /// <summary>True when it answers anything at all within <paramref name="patience"/>, over the connection that the calls use.</summary>
    public async Task<bool> AliveAsync(TimeSpan patience, CancellationToken cancel)
    {
        try
        {
            await MeetAsync(new CallOptions(deadline: DateTime.UtcNow + patience, cancellationToken: cancel));
            return true;
        }
        catch (RpcException)
        {
            return false;
        }
    }

    /// <summary>Connects and waits for any answer at all.</summary>
    /// <exception cref="RpcException">There is none.</exception>
    public async Task<Broker> MeetAsync(CallOptions options)
    {
        try
        {
            using var call = _invoker.AsyncUnaryCall(AreYouThere, null, options, []);
            await call;
        }
        catch (RpcException answer) when (answer.StatusCode is not (StatusCode.DeadlineExceeded or StatusCode.Unavailable or StatusCode.Cancelled))
        {
            // A no is an answer.
        }
        return this;
    }

    /// <inheritdoc/>
    public void Dispose() => _channel.Dispose();
}
