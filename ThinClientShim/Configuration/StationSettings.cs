using System.Net;
using System.Security.Cryptography.X509Certificates;
using VdiBroker.Shim.Words;

namespace VdiBroker.Shim.Configuration;

/// <summary>Everything that the shim was told, checked.</summary>
internal sealed record StationSettings
{
    /// <summary>At least one, in the order to try.</summary>
    public required IReadOnlyList<Uri> Brokers { get; init; }

    /// <summary>The only authorities that a broker's certificate may come from.</summary>
    public required X509Certificate2Collection Authorities { get; init; }

    /// <summary>The station's certificate with its private key, or that it has none yet.</summary>
    public required StationIdentity Identity { get; init; }

    /// <summary>The language of what a person reads.</summary>
    public required Wording Words { get; init; }

    /// <summary>X display, for example <c>:0</c>.</summary>
    public required string Display { get; init; }

    /// <summary>Name filled in already.</summary>
    public string? User { get; init; }

    /// <summary>Desktop size that goes before the person's own; null: the person's, else the whole screen.</summary>
    public ScreenSize? Size { get; init; }

    /// <summary>Path or name of the FreeRDP client.</summary>
    public string FreeRdp { get; init; } = "xfreerdp";

    /// <summary>Name of the city, for the greeter; empty: none is shown.</summary>
    public string City { get; init; } = "";

    /// <summary>Picture file of its crest; null: none.</summary>
    public string? Crest { get; init; }

    /// <summary>Seconds after which a page of the greeter that nobody touches is nobody's any more, 1 to 3,600.</summary>
    public int GreeterIdle { get; init; } = 90;

    /// <summary>Folder of what the station must not forget.</summary>
    public string State { get; init; } = "/var/lib/vdi-station";

    /// <summary>The command that starts the machine anew, words by blanks.</summary>
    public string Restart { get; init; } = "systemctl reboot";

    /// <summary>The command that switches it off.</summary>
    public string ShutDown { get; init; } = "systemctl poweroff";

    /// <summary>Where packets go that wake a neighbour.</summary>
    public IPEndPoint WakeBy { get; init; } = new(IPAddress.Broadcast, 9);

    /// <summary>Where the station's CUPS listens: a socket, or host:port; empty = as the CUPS of the machine is set up.</summary>
    public string Cups { get; init; } = "";

    /// <summary>Name of the station, as its certificate has it; of the machine, where it has none yet.</summary>
    public string StationName => Identity.Certificate?.GetNameInfo(X509NameType.SimpleName, forIssuer: false) ?? Environment.MachineName;

    /// <summary>Where all this comes from, and what the helpdesk may change of it; null: nothing.</summary>
    public SettingsLayers? Layers { get; init; }

    /// <summary>File for the steps; null: none.</summary>
    public string? Log { get; init; }
}

/// <summary>Pixels of a desktop; 0 × 0 is the whole screen.</summary>
internal readonly record struct ScreenSize(uint Width, uint Height)
{
    /// <summary>As large as the screen is.</summary>
    public static readonly ScreenSize Whole;

    /// <summary>Reads <c>1280x800</c> (200 to 8192 pixels) or <c>full</c>.</summary>
    public static bool TryParse(string text, out ScreenSize size)
    {
        size = Whole;
        if (text == "full") return true;
        var at = text.IndexOf('x', StringComparison.Ordinal);
        if (at < 0 || !uint.TryParse(text[..at], out var width) || !uint.TryParse(text[(at + 1)..], out var height)) return false;
        size = new(width, height);
        return width is >= 200 and <= 8192 && height is >= 200 and <= 8192;
    }
}
