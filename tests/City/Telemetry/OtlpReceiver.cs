using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using VdiBroker.City.Processes;
using VdiBroker.City.Telemetry.Metrics;
using VdiBroker.City.Telemetry.Traces;

namespace VdiBroker.City.Telemetry;

/// <summary>A span as it arrived.</summary>
/// <param name="Service">Whose: <c>service.name</c> of its resource.</param>
/// <param name="Trace">Its trace, 32 hexadecimal digits.</param>
/// <param name="Id">Its number, 16 digits.</param>
/// <param name="Parent">Its parent's; empty = it is a root.</param>
/// <param name="Span">All of it.</param>
public sealed record ReceivedSpan(string Service, string Trace, string Id, string Parent, Span Span)
{
    /// <summary>What it is called.</summary>
    public string Name => Span.Name;

    /// <summary>How long it took.</summary>
    public TimeSpan Took => TimeSpan.FromMicroseconds((Span.EndTimeUnixNano - Span.StartTimeUnixNano) / 1000.0);

    /// <summary>A tag as text; empty = it has none.</summary>
    public string Tag(string key) => Span.Attributes.FirstOrDefault(pair => pair.Key == key)?.Value switch
    {
        { ValueCase: AnyValue.ValueOneofCase.StringValue } text => text.StringValue,
        { ValueCase: AnyValue.ValueOneofCase.IntValue } number => number.IntValue.ToString(CultureInfo.InvariantCulture),
        { ValueCase: AnyValue.ValueOneofCase.BoolValue } flag => flag.BoolValue ? "true" : "false",
        _ => "",
    };

    /// <inheritdoc/>
    public override string ToString() => $"{Service} {Name} {Id} below '{Parent}' {Took.TotalMilliseconds:0.0} ms";
}

/// <summary>What a city's observatory runs, as far as a test needs it: takes traces and metrics by OTLP over gRPC, and keeps them.</summary>
public sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Kept _kept;

    private OtlpReceiver(WebApplication app, Kept kept, string uri) => (_app, _kept, Uri) = (app, kept, uri);

    /// <summary>Where it listens.</summary>
    public string Uri { get; }

    /// <summary>Every span that has arrived.</summary>
    public IReadOnlyCollection<ReceivedSpan> Spans => [.. _kept.Spans];

    /// <summary>The names of all metrics that have arrived.</summary>
    public IReadOnlyCollection<string> Metrics => [.. _kept.Metrics.Keys];

    /// <summary>Starts one on an address of loopback.</summary>
    public static async Task<OtlpReceiver> StartAsync(string address)
    {
        var port = Loopback.FreePort(address);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Parse(address), port, plain => plain.Protocols = HttpProtocols.Http2));
        var kept = new Kept();
        builder.Services.AddRouting().AddSingleton(kept).AddGrpc();
        var app = builder.Build();
        app.UseRouting();
        app.MapGrpcService<TraceReceiver>();
        app.MapGrpcService<MetricReceiver>();
        await app.StartAsync();
        return new OtlpReceiver(app, kept, string.Create(CultureInfo.InvariantCulture, $"http://{address}:{port}"));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    internal sealed class Kept
    {
        public ConcurrentQueue<ReceivedSpan> Spans { get; } = new();

        public ConcurrentDictionary<string, bool> Metrics { get; } = new();
    }

    internal sealed class TraceReceiver(Kept kept) : TraceService.TraceServiceBase
    {
        public override Task<ExportTraceServiceResponse> Export(ExportTraceServiceRequest request, ServerCallContext context)
        {
            foreach (var resource in request.ResourceSpans)
            {
                var service = resource.Resource.Attributes.FirstOrDefault(pair => pair.Key == "service.name")?.Value.StringValue ?? "";
                foreach (var span in resource.ScopeSpans.SelectMany(scope => scope.Spans))
                    kept.Spans.Enqueue(new ReceivedSpan(service, Hex(span.TraceId), Hex(span.SpanId), Hex(span.ParentSpanId), span));
            }
            return Task.FromResult(new ExportTraceServiceResponse());
        }

        private static string Hex(Google.Protobuf.ByteString bytes) => Convert.ToHexStringLower(bytes.Span);
    }

    internal sealed class MetricReceiver(Kept kept) : MetricsService.MetricsServiceBase
    {
        public override Task<ExportMetricsServiceResponse> Export(ExportMetricsServiceRequest request, ServerCallContext context)
        {
            foreach (var metric in request.ResourceMetrics.SelectMany(resource => resource.ScopeMetrics).SelectMany(scope => scope.Metrics)) kept.Metrics[metric.Name] = true;
            return Task.FromResult(new ExportMetricsServiceResponse());
        }
    }
}
