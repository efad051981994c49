using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Core.Interceptors;
using VdiBroker.Observability;
using VdiBroker.Protocol.Host.V1;
using VdiBroker.Protocol.Records.V1;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;

namespace VdiBroker.Rpc;

/// <summary>Measures what callers are answered, and begins the spans of those that a station traces. Outside the edge's interceptor, so that it sees what the caller sees.</summary>
internal sealed class CallTelemetry : Interceptor
{
    private static readonly Histogram<double> _took = Instruments.OfCalls("rpc.server.call.duration", "from the request to the answer of a call that is answered once");
    private static readonly UpDownCounter<long> _streams = Instruments.Meter.CreateUpDownCounter<long>("vdibroker.streams", "{stream}", "streams that are open: agents, stations that follow their desktop, openings under way");
    private static readonly Counter<long> _refusals = Instruments.Meter.CreateCounter<long>("vdibroker.refusals", "{refusal}", "calls that were told no, by the protocol's error");
    private static readonly KeyValuePair<string, object?> _system = new("rpc.system.name", "grpc");
    private static readonly FileDescriptor[] _services = [HostReflection.Descriptor, RecordsReflection.Descriptor, EnrolmentReflection.Descriptor, PresenceReflection.Descriptor, StationReflection.Descriptor];
    private static readonly ConcurrentDictionary<string, string> _methods = new(StringComparer.Ordinal);

    /// <summary>Refusals for a fault of the broker begin at 0 for every call of the protocol.</summary>
    public static void Begin()
    {
        foreach (var method in _services.SelectMany(file => file.Services).SelectMany(service => service.Methods)) Begin(method, ErrorCode.Unspecified);
    }

    /// <summary>Refusals of a call begin at 0.</summary>
    /// <param name="method">Which call.</param>
    /// <param name="codes">For which errors.</param>
    public static void Begin(MethodDescriptor method, params ReadOnlySpan<ErrorCode> codes)
    {
        foreach (var code in codes) _refusals.Add(0, new("rpc.method", $"{method.Service.FullName}/{method.Name}"), new("error.type", ErrorCatalogue.Names[code]));
    }

    /// <inheritdoc/>
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        var (from, method) = (Stopwatch.GetTimestamp(), MethodOf(context));
        using var span = Begin(method, context);
        var status = StatusCode.OK;
        try
        {
            var reply = await continuation(request, context);
            status = Answered(method, span, context);
            return reply;
        }
        catch (Exception fault)
        {
            status = Failed(method, span, fault);
            throw;
        }
        finally
        {
            _took.Record(Stopwatch.GetElapsedTime(from).TotalSeconds, _system, new("rpc.method", method), new("rpc.response.status_code", NameOf(status)));
        }
    }

    /// <inheritdoc/>
    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        StreamAsync(context, () => continuation(request, responseStream, context));

    /// <inheritdoc/>
    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        StreamAsync(context, () => continuation(requestStream, responseStream, context));

    private static async Task StreamAsync(ServerCallContext context, Func<Task> stream)
    {
        var method = MethodOf(context);
        using var span = Begin(method, context);
        _streams.Add(1, new KeyValuePair<string, object?>("rpc.method", method));
        try
        {
            await stream();
            Answered(method, span, context);
        }
        catch (Exception fault)
        {
            Failed(method, span, fault);
            throw;
        }
        finally
        {
            _streams.Add(-1, new KeyValuePair<string, object?>("rpc.method", method));
        }
    }

    private static Activity? Begin(string method, ServerCallContext context)
    {
        var span = Spans.Serve(method, context.RequestHeaders.GetValue("traceparent"));
        span?.SetTag(_system.Key, _system.Value).SetTag("rpc.method", method);
        return span;
    }

    private static StatusCode Failed(string method, Activity? span, Exception fault)
    {
        return fault is RpcException told ? Refused(method, span, told.StatusCode, told.Trailers) : StatusCode.Unknown;
    }

    // Who is told to come back is told so without an exception.
    private static StatusCode Answered(string method, Activity? span, ServerCallContext context) =>
        context.Status.StatusCode == StatusCode.OK ? StatusCode.OK : Refused(method, span, context.Status.StatusCode, context.ResponseTrailers);

    private static StatusCode Refused(string method, Activity? span, StatusCode status, Metadata trailers)
    {
        if (ErrorCatalogue.Read(trailers) is { } detail)
        {
            var error = ErrorCatalogue.Names.GetValueOrDefault(detail.Code, "");
            _refusals.Add(1, new("rpc.method", method), new("error.type", error));
            span?.SetTag("error.type", error);
        }
        span?.SetStatus(ActivityStatusCode.Error).SetTag("rpc.response.status_code", NameOf(status));
        return status;
    }

    // The path without its first sign; there are as many as the protocol has methods.
    private static string MethodOf(ServerCallContext context) => _methods.GetOrAdd(context.Method, path => path[1..]);

    private static string NameOf(StatusCode status) => status switch
    {
        StatusCode.OK => "OK",
        StatusCode.Cancelled => "CANCELLED",
        StatusCode.Unknown => "UNKNOWN",
        StatusCode.InvalidArgument => "INVALID_ARGUMENT",
        StatusCode.DeadlineExceeded => "DEADLINE_EXCEEDED",
        StatusCode.NotFound => "NOT_FOUND",
        StatusCode.PermissionDenied => "PERMISSION_DENIED",
        StatusCode.Unauthenticated => "UNAUTHENTICATED",
        StatusCode.ResourceExhausted => "RESOURCE_EXHAUSTED",
        StatusCode.FailedPrecondition => "FAILED_PRECONDITION",
        StatusCode.Aborted => "ABORTED",
        StatusCode.Unavailable => "UNAVAILABLE",
        StatusCode.Internal => "INTERNAL",
        _ => status.ToString(),
    };
}
