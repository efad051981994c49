using System.Text.Json;

namespace VdiBroker.Bench.Sizing;

/// <summary>What one sign-in and one station cost, as measured: the model's only constants of this broker. They stand in <c>measured.json</c>; a run's own JSON takes their place.</summary>
internal sealed record MeasuredCosts
{
    private const int MostSessions = 100_000;

    // Of one core, in a second.
    private const double MsOfPercent = 10;

    /// <summary>Which run they are from.</summary>
    public required string Run { get; init; }

    /// <summary>On what.</summary>
    public required string Machine { get; init; }

    /// <summary>Milliseconds of a broker's CPU for a whole sign-in at half of the peak, the reports of agents included: no machine is to be busier, and one that is full works cheaper, as more of it goes together.</summary>
    public required double BrokerCpuMs { get; init; }

    /// <summary>The same of the directory's server.</summary>
    public required double DirectoryCpuMs { get; init; }

    /// <summary>The same of Redis, which has one core for all that it does.</summary>
    public required double RedisCpuMs { get; init; }

    /// <summary>Milliseconds of a broker's CPU that a running session takes by each report of its host.</summary>
    public required double BrokerMsPerSession { get; init; }

    /// <summary>The same of Redis.</summary>
    public required double RedisMsPerSession { get; init; }

    /// <summary>Broker memory for a station that is connected and idle.</summary>
    public required double KibPerStation { get; init; }

    /// <summary>Milliseconds of a broker's CPU that such a station takes each second, by its pings.</summary>
    public required double BrokerMsPerStation { get; init; }

    /// <summary>Broker CPU for a station that connects.</summary>
    public required double HandshakeCpuMs { get; init; }

    /// <summary>A broker without anybody.</summary>
    public required double BrokerIdleMib { get; init; }

    /// <summary>Redis memory for a person: session, sign-in, profile, a week of records.</summary>
    public required double RedisKibPerPerson { get; init; }

    /// <summary>The file beside the program, with what was measured in place of its own.</summary>
    /// <param name="storm">JSON of a storm; null = the file's.</param>
    /// <param name="stations">JSON of stations; null = the file's.</param>
    /// <param name="ladder">JSON of a ladder with sessions; null = the file's.</param>
    public static MeasuredCosts Read(FileInfo? storm, FileInfo? stations, FileInfo? ladder)
    {
        var costs = JsonSerializer.Deserialize<MeasuredCosts>(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Sizing", "measured.json")), JsonSerializerOptions.Web)!;
        if (storm is not null) costs = costs.OfStorm(storm, Parse(storm));
        if (ladder is not null) costs = costs.OfLadder(ladder, Parse(ladder));
        if (stations is not null) costs = costs.OfStations(stations, Parse(stations));
        return costs;
    }

    private MeasuredCosts OfStorm(FileInfo file, JsonElement storm) => this with
    {
        Run = $"storm: {file.Name}",
        Machine = Field(file, storm, "machine").GetString() ?? "",
        BrokerCpuMs = Number(file, storm, "atHalfPeakBrokerCpuMs"),
        DirectoryCpuMs = Number(file, storm, "atHalfPeakDirectoryCpuMs"),
        RedisCpuMs = Number(file, storm, "atHalfPeakRedisCpuMs"),
        BrokerIdleMib = Number(file, storm, "brokerIdleMib"),
    };

    private MeasuredCosts OfStations(FileInfo file, JsonElement stations) => this with
    {
        Run = $"{Run}; stations: {file.Name}",
        KibPerStation = Number(file, stations, "kibPerStation"),
        // Each has a desktop there, of which its host reports: that is no ping.
        BrokerMsPerStation = Math.Max(0, (Number(file, stations, "idleCpuPercent") * MsOfPercent / Number(file, stations, "stations")) - (BrokerMsPerSession / Number(file, stations, "reportEveryS"))),
        HandshakeCpuMs = Number(file, stations, "handshakeCpuMs"),
    };

    // Its hosts' own part is in it: they have 100 sessions each there.
    private MeasuredCosts OfLadder(FileInfo file, JsonElement ladder) => this with
    {
        Run = $"{Run}; ladder: {file.Name}",
        BrokerMsPerSession = Number(file, ladder, $"sessions{MostSessions}IdleBrokerPercent") * MsOfPercent / MostSessions * Number(file, ladder, "reportEveryS"),
        RedisMsPerSession = Number(file, ladder, $"sessions{MostSessions}IdleRedisPercent") * MsOfPercent / MostSessions * Number(file, ladder, "reportEveryS"),
    };

    private static JsonElement Parse(FileInfo file) => JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(file.FullName));

    private static double Number(FileInfo file, JsonElement run, string name) => Field(file, run, name).GetDouble();

    private static JsonElement Field(FileInfo file, JsonElement run, string name) =>
        run.TryGetProperty(name, out var field) ? field : throw new InvalidDataException($"{file.Name}: no field '{name}'; give the JSON of a whole run, with its usual rates and sizes");
}
