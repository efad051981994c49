using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Core.Interceptors;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Storage;

namespace VdiBroker.Rpc;

/// <summary>
/// The one place where what went wrong becomes what the caller is told: refusals by the catalogue, outages of the store as such, everything else as a fault
/// with a reference that the log has too. No fault's text ever leaves the broker.
/// </summary>
internal sealed class EdgeInterceptor(StreamsEnd ending, ILogger<EdgeInterceptor> logger) : Interceptor
{
    /// <inheritdoc/>
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context);
        }
        catch (Exception fault)
        {
            throw Tell(fault, context, LanguageOf(request));
        }
    }

    /// <inheritdoc/>
    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(request, responseStream, context);
        }
        catch (Exception fault)
        {
            throw Tell(fault, context, LanguageOf(request));
        }
    }

    /// <inheritdoc/>
    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(requestStream, responseStream, context);
        }
        catch (Exception fault)
        {
            throw Tell(fault, context, "fr");
        }
    }

    private RpcException Tell(Exception fault, ServerCallContext call, string language)
    {
        if (fault is RpcException told) return told;
        var stopping = fault is OperationCanceledException && ending.Token.IsCancellationRequested;
        // The peer has gone: nobody reads the answer, and that is no fault.
        if (!stopping && fault is OperationCanceledException or IOException && call.CancellationToken.IsCancellationRequested) return new RpcException(Status.DefaultCancelled);
        var reference = References.Of(fault);
        switch (fault)
        {
            case RefusalException refusal:
                RpcLog.Refused(logger, call.Method, refusal.Code, refusal.What ?? "", reference);
                return ErrorCatalogue.Refuse(refusal.Code, language, reference, refusal.Told, refusal.RetryAfter, refusal.Shows?.Invoke(language));
            case OperationCanceledException when stopping:
                return ErrorCatalogue.Refuse(ErrorCode.BrokerStopping, language, reference);
            case StoreOutOfReachException:
                RpcLog.StoreOutOfReach(logger, call.Method, fault.Message, reference);
                return ErrorCatalogue.Refuse(ErrorCode.StoreOutOfReach, language, reference, retryAfter: TimeSpan.FromSeconds(1));
            default:
                RpcLog.Fault(logger, fault, call.Method, reference);
                return ErrorCatalogue.Refuse(ErrorCode.Unspecified, language, reference);
        }
    }

    private static string LanguageOf<TRequest>(TRequest request) =>
        request is IMessage message && message.Descriptor.FindFieldByName("language") is { FieldType: FieldType.String } field
            ? (string)field.Accessor.GetValue(message)
            : "fr";
}
