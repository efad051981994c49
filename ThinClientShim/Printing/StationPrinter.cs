using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace VdiBroker.Shim.Printing;

/// <summary>The station's own CUPS, by <c>lp</c>.</summary>
/// <param name="cups">Its socket, or host:port; empty = as the station's CUPS is set up.</param>
internal sealed class StationPrinter(string cups)
{
    private const int LongestReason = 200;
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(15);

    /// <summary>Gives a file to a queue, which has a copy of its own afterwards.</summary>
    /// <returns>Empty, or why not.</returns>
    public string Print(JobWish wish, string file)
    {
        List<string> arguments = cups.Length > 0 ? ["-h", cups] : [];
        arguments.AddRange(["-d", wish.Queue, "-n", wish.Copies.ToString(CultureInfo.InvariantCulture), "-t", wish.Title]);
        foreach (var option in wish.Options) arguments.AddRange(["-o", option]);
        arguments.Add(file);
        var start = new ProcessStartInfo("lp", arguments) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["LC_ALL"] = "C.UTF-8";
        try
        {
            using var lp = Process.Start(start);
            if (lp is null) return "lp did not start";
            lp.StandardInput.Close();
            var late = false;
            using var end = new Timer(_ =>
            {
                late = true;
                lp.Kill();
            }, null, Within, Timeout.InfiniteTimeSpan);
            // It says one line on each.
            var complaint = lp.StandardError.ReadToEnd();
            lp.WaitForExit();
            if (late) return "the station's print service does not answer";
            return lp.ExitCode == 0 ? "" : Plain(complaint.Length > 0 ? complaint : $"lp ended with {lp.ExitCode}");
        }
        catch (Win32Exception)
        {
            return "the station has no lp: install cups-client";
        }
    }

    private static string Plain(string text)
    {
        var line = text.Trim().ReplaceLineEndings(" ");
        return line.Length <= LongestReason ? line : line[..LongestReason];
    }
}
