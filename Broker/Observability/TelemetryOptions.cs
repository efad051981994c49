using System.Net;

namespace VdiBroker.Observability;

/// <summary>What the broker tells of itself, and to whom: the section <c>telemetry</c> of <c>broker.json</c>. Nothing of it set = nothing is measured.</summary>
internal sealed record TelemetryOptions
{
    /// <summary><c>address:port</c> where Prometheus asks for <c>/metrics</c>, without TLS, so a loopback address as a rule; never the stations' port. Empty = nobody may ask.</summary>
    public string Prometheus { get; set; } = "";

    /// <summary>Where metrics and traces go by OTLP over gRPC, such as <c>http://127.0.0.1:4317</c>. Empty = nowhere.</summary>
    public string Otlp { get; set; } = "";

    /// <summary>The share of sign-ins that are traced, from 0 to 1; needs <see cref="Otlp"/>.</summary>
    public double Traces { get; set; }

    /// <summary>Somebody wants metrics.</summary>
    public bool Measures => Prometheus.Length > 0 || Otlp.Length > 0;

    /// <summary>What goes to <see cref="Otlp"/> goes over TLS, to a server of an authority that the machine knows.</summary>
    public bool ExportsSecurely => Uri.TryCreate(Otlp, UriKind.Absolute, out var otlp) && otlp.Scheme == Uri.UriSchemeHttps;

    /// <summary>Sign-ins are traced.</summary>
    public bool Follows => Otlp.Length > 0 && Traces > 0;

    /// <summary>Where Prometheus asks; null = nowhere. Only without <see cref="Faults"/>.</summary>
    public IPEndPoint? Endpoint => Prometheus.Length == 0 ? null : IPEndPoint.Parse(Prometheus);

    /// <summary>Everything that is wrong with it.</summary>
    /// <param name="stations">The stations' address.</param>
    public IEnumerable<string> Faults(string stations)
    {
        if (Prometheus.Length > 0 && (!IPEndPoint.TryParse(Prometheus, out var endpoint) || endpoint.Port == 0)) yield return $"telemetry.prometheus: '{Prometheus}' must be address:port, such as 127.0.0.1:9464";
        if (Prometheus.Length > 0 && Prometheus == stations) yield return $"telemetry.prometheus: {Prometheus} is the stations' address; it needs one of its own";
        if (Otlp.Length > 0 && !(Uri.TryCreate(Otlp, UriKind.Absolute, out var otlp) && otlp.Scheme is "http" or "https")) yield return $"telemetry.otlp: '{Otlp}' must be http:// or https://, such as http://127.0.0.1:4317";
        if (Traces is not (>= 0 and <= 1)) yield return "telemetry.traces: must be from 0 (none) to 1 (every sign-in)";
        if (Traces > 0 && Otlp.Length == 0) yield return "telemetry.traces: says where nothing goes to: set telemetry.otlp too";
    }
}
