using System.Globalization;
using VdiBroker.City.Processes;

namespace VdiBroker.City.Stations;

/// <summary>Plain xfreerdp on a station's screen, without the shim: what the shim's time is measured against.</summary>
public static class PlainClient
{
    /// <summary>Starts it; the ticket goes in by its standard input.</summary>
    /// <param name="station">On whose screen.</param>
    /// <param name="address">Host's address.</param>
    /// <param name="port">Host's port.</param>
    /// <param name="fingerprint">SHA-256 of the certificate that the host must show.</param>
    /// <param name="user">Account name.</param>
    /// <param name="ticket">One-use ticket.</param>
    public static async Task<ServerProcess> StartAsync(Station station, string address, int port, ReadOnlyMemory<byte> fingerprint, string user, string ticket)
    {
        var pin = string.Join(':', fingerprint.ToArray().Select(one => one.ToString("x2", CultureInfo.InvariantCulture)));
        var client = ServerProcess.Start("xfreerdp", Path.Combine(station.Folder, "plain.log"), "xfreerdp",
            [$"/v:{address}:{port}", $"/u:{user}", "/from-stdin:force", $"/cert:deny,fingerprint:sha256:{pin}", "/sec:tls", $"/size:{Screen.Size}", "/bpp:32", "/f", "+clipboard", "/log-level:INFO"],
            new Dictionary<string, string> { ["DISPLAY"] = station.Screen.Display, ["HOME"] = station.Home }, withInput: true);
        try
        {
            await client.StandardInput.WriteLineAsync(ticket);
            client.StandardInput.Close();
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }
}
