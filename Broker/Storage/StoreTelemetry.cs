using System.Diagnostics.Metrics;
using VdiBroker.Observability;

namespace VdiBroker.Storage;

/// <summary>Calls to Redis as they are measured: one for each round trip, by what is being done.</summary>
internal static class StoreTelemetry
{
    private static readonly Histogram<double> _took = Instruments.OfCalls("db.client.operation.duration", "from the call to the answer of Redis, replicas included where they are waited for");
    private static readonly KeyValuePair<string, object?> _system = new("db.system.name", "redis");

    /// <summary>Begins one.</summary>
    /// <param name="doing">A script's name, or what a batch does: as many as the code has.</param>
    public static OutsideCall Begin(string doing) => new(_took, _system, new("db.operation.name", doing));

    /// <summary>What went wrong, in a word.</summary>
    public static string Word(Exception fault) => fault.GetType().Name;
}
