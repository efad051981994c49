using System.Reflection;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace VdiBroker.Observability;

/// <summary>Wiring of the room: who listens to the instruments, and where what they say goes.</summary>
internal static class ObservabilityFeature
{
    private static readonly string _version = typeof(ObservabilityFeature).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";

    /// <summary>Adds what was asked for, and nothing else: without it no instrument has a listener.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="options">What was asked for.</param>
    /// <param name="farm">Of the city file: names the broker's service beside others.</param>
    public static IServiceCollection AddObservability(this IServiceCollection services, TelemetryOptions options, string farm)
    {
        services.AddSingleton(options);
        // What counts from the start is heard only by who listens already.
        if (options.Measures) services.AddOpenTelemetry().WithMetrics(metrics => Measure(metrics, options, farm)).Services.AddHostedService<Beginnings>();
        if (options.Follows) services.AddHostedService(_ => new TraceExport(options, name => Resource(name, farm)));
        if (options.Endpoint is { } endpoint) services.Configure<KestrelServerOptions>(kestrel => kestrel.Listen(endpoint, plain => plain.Protocols = HttpProtocols.Http1));
        return services;
    }

    /// <summary>Has a room's rare counters begin at 0, where somebody measures.</summary>
    public static IServiceCollection BeginAtZero(this IServiceCollection services, Action tell) => services.AddSingleton(new Beginning(tell));

    /// <summary>Answers Prometheus on its own address alone. Before the routes of the stations' edge.</summary>
    public static void UseObservability(this WebApplication app, TelemetryOptions options)
    {
        if (options.Endpoint is null) return;
        // It alone is without TLS.
        app.UseOpenTelemetryPrometheusScrapingEndpoint(call => !call.Request.IsHttps && call.Request.Path == "/metrics");
        // Whoever asks there for anything else, the stations' services among it, finds nothing.
        app.Use((call, next) =>
        {
            if (call.Request.IsHttps) return next(call);
            call.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
    }

    private static void Measure(MeterProviderBuilder metrics, TelemetryOptions options, string farm)
    {
        metrics.SetResourceBuilder(Resource("vdi-broker", farm)).AddMeter(Instruments.Name, "System.Runtime", "Microsoft.AspNetCore.Server.Kestrel");
        if (options.Otlp.Length > 0) metrics.AddOtlpExporter(otlp => otlp.Endpoint = new Uri(options.Otlp));
        if (options.Prometheus.Length > 0) metrics.AddPrometheusExporter();
    }

    private static ResourceBuilder Resource(string service, string farm) => ResourceBuilder.CreateEmpty()
        .AddService(service, serviceNamespace: farm, serviceVersion: _version, serviceInstanceId: $"{Environment.MachineName}/{Environment.ProcessId}");
}
