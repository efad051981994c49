using System.Globalization;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.Shim.Configuration;
using VdiBroker.Shim.Printing;

namespace VdiBroker.Shim.Rdp;

/// <summary>The argument list of FreeRDP 2.11 for one desktop. Neither ticket nor password is in it.</summary>
internal static class FreeRdpArguments
{
    /// <summary>The arguments, in order.</summary>
    /// <param name="desktop">Where to connect to, and as whom.</param>
    /// <param name="stationSize">The station's own wish; null: the person's.</param>
    /// <param name="screens">How many the station has.</param>
    public static IReadOnlyList<string> For(Desktop desktop, ScreenSize? stationSize, int screens = 1)
    {
        var settings = desktop.Settings ?? new Settings();
        var size = SizeOf(settings, stationSize);
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
            "/sound",
            size == ScreenSize.Whole ? "/f" : $"/size:{size.Width}x{size.Height}",
        ];
        if (screens > 1 && MayTakeSeveralScreens(desktop, stationSize)) arguments.Add("/multimon");
        // What is plugged in, whenever that is, for as long as it is.
        if (settings.Usb) arguments.Add("/drive:hotplug,*");
        arguments.AddRange(Printers(desktop.Credential, settings));
        if (Keyboards.IdOf(settings.Keyboard) is { } keyboard)
            arguments.Add($"/kbd:0x{keyboard.ToString("X8", CultureInfo.InvariantCulture)}");
        return arguments;
    }

    /// <summary>True: it takes the whole screen, and the place lets it take all that there are.</summary>
    /// <param name="desktop">Whose settings count.</param>
    /// <param name="stationSize">The station's own wish; null: the person's.</param>
    public static bool MayTakeSeveralScreens(Desktop desktop, ScreenSize? stationSize) =>
        SizeOf(desktop.Settings ?? new Settings(), stationSize) == ScreenSize.Whole && desktop.Settings is not { OneScreen: true };

    private static ScreenSize SizeOf(Settings settings, ScreenSize? stationSize) => stationSize ?? new ScreenSize(settings.ScreenWidth, settings.ScreenHeight);

    /// <summary>A SHA-256 as FreeRDP compares it: lower case, colons.</summary>
    public static string Fingerprint(ReadOnlySpan<byte> sha256)
    {
        var hex = Convert.ToHexStringLower(sha256);
        return string.Join(':', Enumerable.Range(0, sha256.Length).Select(n => hex.Substring(n * 2, 2)));
    }

    // With a ticket: xrdp has no network level authentication, and without this FreeRDP would try it first. With a password: a Windows PC takes
    // nothing else, or TLS alone, as it is set. Never RDP's own encryption: it has no certificate that could be pinned.
    private static string Security(Credential credential) => credential == Credential.Password ? "-sec-rdp" : "/sec:tls";

    // A host that takes tickets is one of ours: xrdp 0.9 has no redirection of printers, so its agent sends documents through a channel of our own. Any other machine is a PC that has.
    private static IEnumerable<string> Printers(Credential credential, Settings settings)
    {
        var queues = Queues(settings);
        if (credential == Credential.Password) return queues.Select(queue => $"/printer:{queue}");
        return queues.Count > 0 && Environment.ProcessPath is { } self ? [$"/rdp2tcp:{self} {PrintDesk.Word}"] : [];
    }

    // FreeRDP 2 has it both ways or not at all: where one way alone is allowed, and for a word of a newer broker, nothing is.
    private static string Clipboard(string allowed) => allowed is "" or "both" ? "+clipboard" : "-clipboard";

    /// <summary>The room's print queues, as far as their names are some.</summary>
    public static IReadOnlyList<string> Queues(Settings settings) => [.. settings.Printers.Where(JobWish.IsQueue)];

    private static string Host(string address) => address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address;
}
