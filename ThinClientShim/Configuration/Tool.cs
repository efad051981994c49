using System.ComponentModel;
using System.Diagnostics;

namespace VdiBroker.Shim.Configuration;

/// <summary>What a program of the machine said.</summary>
/// <param name="Output">Its output.</param>
/// <param name="Fault">Empty = it ended well; else why not, one line.</param>
internal sealed record ToolAnswer(string Output, string Fault);

/// <summary>Runs a program of the machine that answers in a moment.</summary>
internal static class Tool
{
    /// <summary>Runs it, without input, to its end; it is ended when that takes too long. Nothing is thrown for what it does.</summary>
    /// <param name="command">Program and arguments.</param>
    /// <param name="within">The longest that it may take.</param>
    /// <param name="display">X display that it finds in its environment; null = the shim's own.</param>
    public static async Task<ToolAnswer> RunAsync(string[] command, TimeSpan within, string? display = null)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        if (display is not null) start.Environment["DISPLAY"] = display;
        using var late = new CancellationTokenSource(within);
        try
        {
            using var process = Process.Start(start);
            if (process is null) return new("", "it did not start");
            try
            {
                process.StandardInput.Close();
                var (output, complaint) = (process.StandardOutput.ReadToEndAsync(late.Token), process.StandardError.ReadToEndAsync(late.Token));
                var (said, complained) = (await output, await complaint);
                await process.WaitForExitAsync(late.Token);
                if (process.ExitCode == 0) return new(said, "");
                return new(said, complained.Trim().ReplaceLineEndings(" ") is { Length: > 0 } why ? why : $"it ended with {process.ExitCode}");
            }
            finally
            {
                if (!process.HasExited) process.Kill();
            }
        }
        catch (Exception fault) when (fault is Win32Exception or OperationCanceledException or InvalidOperationException or IOException)
        {
            return new("", fault.Message);
        }
    }
}
