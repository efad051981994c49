using System.Diagnostics;
using VdiBroker.Storage;

namespace VdiBroker.Broker.Tests.Storage;

/// <summary>Terms for jobs that a test does itself.</summary>
internal static class Jobs
{
    /// <summary>One that has just begun.</summary>
    public static JobTerm Term => new(1, IsNew: true, Stopwatch.GetTimestamp());

    /// <summary>One that is over.</summary>
    public static JobTerm Over => new(1, IsNew: true, Stopwatch.GetTimestamp() - (long)(JobLease.Life.TotalSeconds * Stopwatch.Frequency));
}
