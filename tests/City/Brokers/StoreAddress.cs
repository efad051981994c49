using System.Globalization;
using System.Text.Json;

namespace VdiBroker.City.Brokers;

/// <summary>Where a store is: the section <c>redis</c> of <c>broker.json</c>.</summary>
/// <param name="Endpoints">One Redis, its Sentinels, or nodes of a Cluster, as "address:port".</param>
/// <param name="SentinelMaster">The master's name among the Sentinels; null = there are none.</param>
/// <param name="WaitReplicas">How many replicas must have what a person was told; null = as the broker decides by itself.</param>
public sealed record StoreAddress(IReadOnlyList<string> Endpoints, string? SentinelMaster = null, int? WaitReplicas = null)
{
    /// <summary>A Redis that stands alone.</summary>
    public static StoreAddress Of(string endpoint) => new([endpoint]);

    /// <summary>As it stands in the file.</summary>
    public string Json
    {
        get
        {
            var parts = new List<string> { $"\"endpoints\": {JsonSerializer.Serialize(Endpoints)}" };
            if (SentinelMaster is not null) parts.Add($"\"sentinelMaster\": \"{SentinelMaster}\"");
            if (WaitReplicas is { } wait) parts.Add(string.Create(CultureInfo.InvariantCulture, $"\"waitReplicas\": {wait}"));
            return $"{{ {string.Join(", ", parts)} }}";
        }
    }
}
