using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Core.Interceptors;
using VdiBroker.Kernel;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Rpc;
using VdiBroker.Trust;

namespace VdiBroker.Stations;

/// <summary>Stands before every call of a station: one that is not admitted gets a sentence and nothing else, and what it has under way ends.</summary>
internal sealed class StationGate(Caller caller, StationBook book) : Interceptor
{
    private static readonly ConditionalWeakTable<X509Certificate2, string> _digests = [];

    /// <inheritdoc/>
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        if (caller.StationOf(context) is { } station && await book.RefusedAsync(new StationId(station), () => DigestOf(CertificateOf(context)), context.CancellationToken) is { } refused) throw Refusal(refused.Station);
        return await continuation(request, context);
    }

    /// <inheritdoc/>
    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        WatchedAsync(context, () => continuation(request, responseStream, context));

    /// <inheritdoc/>
    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        WatchedAsync(context, () => continuation(requestStream, responseStream, context));

    private async Task WatchedAsync(ServerCallContext context, Func<Task> stream)
    {
        if (caller.StationOf(context) is not { } name)
        {
            await stream();
            return;
        }
        var station = new StationId(name);
        // Taken now: the book asks for it at any time, and a call that has ended has no connection any more.
        var shown = CertificateOf(context);
        string Digest() => DigestOf(shown);
        if (await book.RefusedAsync(station, Digest, context.CancellationToken) is { } refused) throw Refusal(refused.Station);
        // Not disposed: it has nothing to give back, and the book may just be about to cut what ends here.
        var cut = new CancellationTokenSource();
        using var watched = book.Watch(station, Digest, cut.Cancel);
        StreamsEnd.Mark(context, cut.Token);
        try
        {
            await stream();
        }
        catch (OperationCanceledException) when (cut.IsCancellationRequested)
        {
            throw book.MayComeBack(station, Digest) ? new RefusalException(ErrorCode.BrokerStopping, $"station {station} shows its next certificate") : Refusal(station);
        }
    }

    private static RefusalException Refusal(StationId station) => new(ErrorCode.StationRevoked, $"station {station}");

    private static X509Certificate2 CertificateOf(ServerCallContext context) => context.GetHttpContext().Connection.ClientCertificate!;

    private static string DigestOf(X509Certificate2 shown) => _digests.GetValue(shown, CertificateDigest.Of);
}
