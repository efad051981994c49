using System.ComponentModel;
using System.Diagnostics;

namespace VdiBroker.Shim.Rdp;

/// <summary>The station's screens, as FreeRDP itself sees them: what it would not find, it would not use.</summary>
internal static class Monitors
{
    // A person waits; and whoever cannot tell so soon has one.
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(1);

    /// <summary>How many there are; 1 where nobody can tell.</summary>
    /// <param name="program">FreeRDP.</param>
    /// <param name="display">X display.</param>
    public static async Task<int> CountAsync(string program, string display)
    {
        var start = new ProcessStartInfo(program, ["/monitor-list"]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DISPLAY"] = display;
        using var late = new CancellationTokenSource(Within);
        try
        {
            using var process = Process.Start(start);
            if (process is null) return 1;
            try
            {
                process.StandardInput.Close();
                var complaints = process.StandardError.ReadToEndAsync(late.Token);
                var said = await process.StandardOutput.ReadToEndAsync(late.Token);
                await complaints;
                return CountIn(said);
            }
            finally
            {
                if (!process.HasExited) process.Kill();
            }
        }
        catch (Exception fault) when (fault is Win32Exception or OperationCanceledException or IOException or InvalidOperationException)
        {
            return 1;
        }
    }

    /// <summary>The rule, on FreeRDP's lines: <c>* [0] 1280x800 +0+0</c>.</summary>
    public static int CountIn(string said) => Math.Max(1, said.Split('\n').Count(line => line.Contains('[', StringComparison.Ordinal) && line.Contains(']', StringComparison.Ordinal) && line.Contains('x', StringComparison.Ordinal) && line.Contains('+', StringComparison.Ordinal)));
}
