using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using VdiBroker.Observability;
using VdiBroker.Rpc;
using VdiBroker.Stations;
using VdiBroker.Storage;
using VdiBroker.Trust;

namespace VdiBroker;

/// <summary>What one broker process is told: the file <c>broker.json</c>. Relative paths start at the file's folder.</summary>
internal sealed record BrokerOptions
{
    // Without the names of what is made of others: they would be known, and what is said under them passed over in silence.
    private static readonly JsonTypeInfo<BrokerOptions> _form = (JsonTypeInfo<BrokerOptions>)new JsonSerializerOptions(BrokerOptionsJson.Default.Options)
    {
        TypeInfoResolver = BrokerOptionsJson.Default.WithAddedModifier(LeaveOutWhatIsMade),
    }.GetTypeInfo(typeof(BrokerOptions));

    /// <summary>The city file.</summary>
    public string City { get; set; } = "";

    /// <summary><c>address:port</c> to listen on.</summary>
    public string Listen { get; set; } = "";

    /// <summary>Certificates.</summary>
    public TlsOptions Tls { get; set; } = new();

    /// <summary>How stations are enrolled and their certificates renewed; null = by hand.</summary>
    public EnrolmentOptions? Enrolment { get; set; }

    /// <summary>Folder for what the broker keeps: its own Redis, if it runs one.</summary>
    public string State { get; set; } = "/var/lib/vdibroker";

    /// <summary>The city's Redis; null = the broker runs its own.</summary>
    public RedisOptions? Redis { get; set; }

    /// <summary>What is measured and traced, and who is told.</summary>
    public TelemetryOptions Telemetry { get; set; } = new();

    /// <summary>How the log is written: one of <see cref="LogFormat.Words"/>.</summary>
    public string Log { get; set; } = "plain";

    /// <summary><see cref="Listen"/>, read. Only when <see cref="Faults"/> is empty.</summary>
    [JsonIgnore]
    public IPEndPoint Endpoint => IPEndPoint.Parse(Listen);

    /// <summary>Somebody that this broker calls shows a certificate of an authority that the machine knows, not of one that is named here.</summary>
    [JsonIgnore]
    public bool TrustsTheMachine => Redis is { Tls: true } || Telemetry.ExportsSecurely;

    /// <summary>Reads the file.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="faults">Everything that is wrong with it; empty = usable.</param>
    public static BrokerOptions Read(string path, out IReadOnlyList<string> faults)
    {
        try
        {
            using var file = File.OpenRead(path);
            var read = JsonSerializer.Deserialize(file, _form) ?? new BrokerOptions();
            var options = read.From(Path.GetDirectoryName(Path.GetFullPath(path))!);
            faults = [.. options.Faults().Select(fault => $"{path}: {fault}")];
            return options;
        }
        catch (JsonException fault)
        {
            // What it says of itself ends with the place, counted from 0.
            faults = [$"{path}:{fault.LineNumber + 1}: {fault.Message.Split(" Path: ")[0]} ({fault.Path})"];
            return new BrokerOptions();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            faults = [$"{path}: {fault.Message}"];
            return new BrokerOptions();
        }
    }

    private BrokerOptions From(string folder) => this with
    {
        City = Path.GetFullPath(City.Length == 0 ? "city.yaml" : City, folder),
        State = Path.GetFullPath(State, folder),
        Tls = new TlsOptions { Ca = Path.GetFullPath(Tls.Ca, folder), Certificate = Path.GetFullPath(Tls.Certificate, folder), Key = Path.GetFullPath(Tls.Key, folder), StationCa = Enrolment?.From(folder).Certificate },
        Enrolment = Enrolment?.From(folder),
        Redis = Redis?.From(folder),
    };

    private static void LeaveOutWhatIsMade(JsonTypeInfo type)
    {
        for (var n = type.Properties.Count - 1; n >= 0; n--)
            if (type.Properties[n].Set is null) type.Properties.RemoveAt(n);
    }

    private IEnumerable<string> Faults()
    {
        if (NamedFile.Fault("city", City) is { } city) yield return city;
        if (!IPEndPoint.TryParse(Listen, out var endpoint) || endpoint.Port == 0) yield return $"listen: '{Listen}' must be address:port, such as 0.0.0.0:7443";
        foreach (var fault in Tls.Faults()) yield return fault;
        foreach (var fault in Enrolment?.Faults() ?? []) yield return fault;
        foreach (var fault in Redis?.Faults() ?? []) yield return fault;
        foreach (var fault in Telemetry.Faults(Listen)) yield return fault;
        if (!LogFormat.Words.Contains(Log)) yield return $"log: '{Log}' must be {string.Join(", ", LogFormat.Words)}";
    }
}

/// <summary>The form of <c>broker.json</c>: names in any case, comments and a last comma allowed, no name that nobody reads, none twice.</summary>
[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, AllowDuplicateProperties = false,
    RespectNullableAnnotations = true, NumberHandling = JsonNumberHandling.AllowReadingFromString)]
[JsonSerializable(typeof(BrokerOptions))]
internal sealed partial class BrokerOptionsJson : JsonSerializerContext;
