using System.Collections.Immutable;
using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace VdiBroker.Observability;

/// <summary>
/// Sends spans on their way. Station and host have no exporter of their own: what they reported goes out under their own service's name, so that a trace shows whose each part is.
/// </summary>
internal sealed class TraceExport(TelemetryOptions options, Func<string, ResourceBuilder> resource) : IHostedService
{
    private ImmutableArray<TracerProvider> _providers = [];

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _providers = [Export("vdi-broker", Instruments.Broker), Export("vdi-shim", Instruments.Station), Export("vdi-agent", Instruments.Host)];
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        // Each sends first what it has.
        foreach (var provider in _providers) provider.Dispose();
        return Task.CompletedTask;
    }

    // The station chose the trace's number at random, so all brokers draw the same sign-ins, whatever a station says of sampling.
    private TracerProvider Export(string service, ActivitySource source) => Sdk.CreateTracerProviderBuilder()
        .SetResourceBuilder(resource(service)).AddSource(source.Name)
        .SetSampler(new TraceIdRatioBasedSampler(options.Traces))
        .AddOtlpExporter(otlp => otlp.Endpoint = new Uri(options.Otlp))
        .Build();
}
