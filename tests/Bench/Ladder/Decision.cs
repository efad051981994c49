using System.Diagnostics;
using System.Globalization;
using VdiBroker.Bench.Decide;

namespace VdiBroker.Bench.Ladder;

/// <summary>The pure decision alone, in this process: what of an opening looks at every host.</summary>
internal static class Decision
{
    private static readonly TimeSpan _time = TimeSpan.FromMilliseconds(500);

    /// <summary>Measures it for each size of a pool, half full.</summary>
    public static void Tell(Report report, IEnumerable<int> sizes)
    {
        var took = new List<double>();
        foreach (var size in sizes)
        {
            var bench = new CoreBenchmarks { Hosts = size };
            bench.Fill();
            For(_time, bench);
            took.Add(For(_time, bench));
            report.Add(string.Create(CultureInfo.InvariantCulture, $"hosts{size}DecisionUs"), took[^1], "us: deciding about an opening, the pure core alone");
        }
        if (took.Count > 1) report.Add("decisionRatio", took[^1] / took[0], "the same, most hosts by fewest");
    }

    private static double For(TimeSpan time, CoreBenchmarks bench)
    {
        var (clock, count) = (Stopwatch.StartNew(), 0L);
        for (; clock.Elapsed < time; count++) bench.Opening();
        return clock.Elapsed.TotalMicroseconds / count;
    }
}
