using System.Diagnostics;
using VdiBroker.City.Directory;
using VdiBroker.City.Stations;

namespace VdiBroker.City.Story;

/// <summary>Times vdi-shim from the start of its process to the moment that it greets the person it has signed in.</summary>
internal static class ColdStartClock
{
    public static async Task<TimeSpan> MeasureAsync(RunningCity city, Station station, Townsperson person)
    {
        var start = new ProcessStartInfo(city.Programs.Shim) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        // A display program that ends at once: only the sign-in is timed.
        foreach (var argument in (string[])["--config", station.ConfigFile, "--user", person.Login, "--password-fd", "0", "--once", "--freerdp", "/bin/true"]) start.ArgumentList.Add(argument);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var clock = Stopwatch.StartNew();
        using var shim = Process.Start(start)!;
        try
        {
            await shim.StandardInput.WriteLineAsync(person.Password);
            shim.StandardInput.Close();
            while (await shim.StandardOutput.ReadLineAsync(limit.Token) is { } line)
            {
                if (line.Contains(person.DisplayName, StringComparison.Ordinal)) return clock.Elapsed;
            }
            throw new StoryException($"vdi-shim ended without a greeting: {await shim.StandardError.ReadToEndAsync(limit.Token)}");
        }
        finally
        {
            shim.Kill();
            await shim.WaitForExitAsync(CancellationToken.None);
        }
    }
}
