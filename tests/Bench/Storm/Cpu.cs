using System.Globalization;
using VdiBroker.City.Processes;

namespace VdiBroker.Bench.Storm;

/// <summary>CPU time of a process and those below it, read from /proc.</summary>
internal static class Cpu
{
    // sysconf(_SC_CLK_TCK) is 100 on every Linux that runs .NET.
    private const double TicksPerSecond = 100;

    /// <summary>User and system time so far.</summary>
    public static TimeSpan Of(int pid)
    {
        var stat = ProcessTable.Stat(pid);
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return TimeSpan.FromSeconds((long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond);
    }
}
