using System.Globalization;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.Shim.Configuration;

namespace VdiBroker.Shim.Rdp;

/// <summary>The argument list of FreeRDP 2.11 for one desktop. Neither ticket nor password is in it.</summary>
internal static class FreeRdpArguments
{
    /// <summary>The arguments, in order.</summary>
    /// <param name="desktop">Where to connect to, and as whom.</param>
    /// <param name="stationSize">The station's own wish; null: the person's.</param>
    public static IReadOnlyList<string> For(Desktop desktop, ScreenSize? stationSize)
    {
        var settings = desktop.Settings ?? new Settings();
        var size = stationSize ?? new ScreenSize(settings.ScreenWidth, settings.ScreenHeight);
        List<string> arguments =
        [
            $"/v:{Host(desktop.Address)}:{desktop.Port}",
            $"/u:{desktop.User}",
            "/from-stdin:force",
            $"/cert:deny,fingerprint:sha256:{Fingerprint(desktop.CertificateSha256.Span)}",
            Security(desktop.Credential),
            "/bpp:32",
            Clipboard(settings.Clipboard),
            "/log-level:INFO",
            size == ScreenSize.Whole ? "/f" : $"/size:{size.Width}x{size.Height}",
        ];
        if (Keyboards.IdOf(settings.Keyboard) is { } keyboard)
            arguments.Add($"/kbd:0x{keyboard.ToString("X8", CultureInfo.InvariantCulture)}");
        return arguments;
    }

    /// <summary>A SHA-256 as FreeRDP compares it: lower case, colons.</summary>
    public static string Fingerprint(ReadOnlySpan<byte> sha256)
    {
        var hex = Convert.ToHexStringLower(sha256);
        return string.Join(':', Enumerable.Range(0, sha256.Length).Select(n => hex.Substring(n * 2, 2)));
    }

    // With a ticket: xrdp has no network level authentication, and without this FreeRDP would try it first. With a password: a Windows PC takes
    // nothing else, or TLS alone, as it is set. Never RDP's own encryption: it has no certificate that could be pinned.
    private static string Security(Credential credential) => credential == Credential.Password ? "-sec-rdp" : "/sec:tls";

    // FreeRDP 2 has it both ways or not at all: where one way alone is allowed, and for a word of a newer broker, nothing is.
    private static string Clipboard(string allowed) => allowed is "" or "both" ? "+clipboard" : "-clipboard";

    private static string Host(string address) => address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address;
}
