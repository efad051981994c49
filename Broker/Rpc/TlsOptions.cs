using System.Text.Json.Serialization;
using VdiBroker.Trust;

namespace VdiBroker.Rpc;

/// <summary>The broker's own certificate and the authority it trusts. Part of <c>broker.json</c>.</summary>
internal sealed record TlsOptions
{
    /// <summary>PEM file of the city's authority: callers' certificates must be signed by it, and by nothing else.</summary>
    public string Ca { get; set; } = "";

    /// <summary>PEM file of the broker's certificate.</summary>
    public string Certificate { get; set; } = "";

    /// <summary>PEM file of its key.</summary>
    public string Key { get; set; } = "";

    /// <summary>PEM file of the authority for stations alone, of the section <c>enrolment</c>, and said nowhere else; null = stations do not enrol.</summary>
    [JsonIgnore]
    public string? StationCa { get; set; }

    /// <summary>Every fault, for the start of the broker.</summary>
    public IEnumerable<string> Faults()
    {
        foreach (var (name, file) in ((string, string)[])[("tls.ca", Ca), ("tls.certificate", Certificate), ("tls.key", Key)])
            if (NamedFile.Fault(name, file, "make it with 'broker ca init' and 'broker ca issue --kind broker'") is { } fault) yield return fault;
    }
}
