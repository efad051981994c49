using System.Globalization;
using VdiBroker.City.Processes;

namespace VdiBroker.Bench.Storm;

/// <summary>CPU time, read from /proc.</summary>
internal static class Cpu
{
    // sysconf(_SC_CLK_TCK) is 100 on every Linux that runs .NET.
    private const double TicksPerSecond = 100;

    /// <summary>User and system time of a process and those below it so far.</summary>
    public static TimeSpan Of(int pid)
    {
        var stat = ProcessTable.Stat(pid);
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return TimeSpan.FromSeconds((long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond);
    }

    /// <summary>Time of all cores so far in which something here was ready to run and the machine below ran others.</summary>
    public static TimeSpan Stolen() =>
        TimeSpan.FromSeconds(long.Parse(File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[8], CultureInfo.InvariantCulture) / TicksPerSecond);
}
