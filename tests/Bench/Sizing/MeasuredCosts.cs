using System.Text.Json;

namespace VdiBroker.Bench.Sizing;

/// <summary>What one sign-in and one station cost, as measured: the model's only constants of this broker. They stand in <c>measured.json</c>; a run's own JSON takes their place.</summary>
internal sealed record MeasuredCosts
{
    /// <summary>Which run they are from.</summary>
    public string Run { get; init; } = "";

    /// <summary>On what.</summary>
    public string Machine { get; init; } = "";

    /// <summary>Milliseconds of a broker's CPU for a whole sign-in at the peak, the reports of agents included.</summary>
    public double BrokerCpuMs { get; init; }

    /// <summary>The same of the directory's server.</summary>
    public double DirectoryCpuMs { get; init; }

    /// <summary>The same of Redis, which has one core for all that it does.</summary>
    public double RedisCpuMs { get; init; }

    /// <summary>Broker memory for a station that is connected and idle.</summary>
    public double KibPerStation { get; init; }

    /// <summary>Broker CPU for a station that connects.</summary>
    public double HandshakeCpuMs { get; init; }

    /// <summary>A broker without anybody.</summary>
    public double BrokerIdleMib { get; init; }

    /// <summary>Redis memory for a person: session, sign-in, profile, a week of records.</summary>
    public double RedisKibPerPerson { get; init; }

    /// <summary>The file beside the program, with what <paramref name="storm"/> and <paramref name="stations"/> measured in place of its own.</summary>
    public static MeasuredCosts Read(FileInfo? storm, FileInfo? stations)
    {
        var own = JsonSerializer.Deserialize<MeasuredCosts>(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Sizing", "measured.json")), JsonSerializerOptions.Web)!;
        if (storm is not null) own = OfStorm(own, storm);
        if (stations is null) return own;
        using var fields = JsonDocument.Parse(File.ReadAllText(stations.FullName));
        var root = fields.RootElement;
        return own with { KibPerStation = root.GetProperty("kibPerStation").GetDouble(), HandshakeCpuMs = root.GetProperty("handshakeCpuMs").GetDouble(), Run = $"{own.Run}; stations: {stations.Name}" };
    }

    // Of the rounds of a closed loop the one that got most done.
    private static MeasuredCosts OfStorm(MeasuredCosts own, FileInfo storm)
    {
        using var fields = JsonDocument.Parse(File.ReadAllText(storm.FullName));
        var root = fields.RootElement;
        var peak = ((string[])["closed1", "closed16", "closed64", "closed256"]).MaxBy(name => root.GetProperty($"{name}PerSecond").GetDouble())!;
        double Of(string what) => root.GetProperty(peak + what).GetDouble();
        return own with
        {
            Run = $"storm: {storm.Name}, {peak}",
            Machine = root.GetProperty("machine").GetString() ?? "",
            BrokerCpuMs = Of("BrokerCpuMs"),
            DirectoryCpuMs = Of("DirectoryCpuMs"),
            RedisCpuMs = Of("RedisCpuMs"),
            BrokerIdleMib = root.GetProperty("brokerIdleMib").GetDouble(),
        };
    }
}
