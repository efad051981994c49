using VdiBroker.Protocol.Station.V1;
using VdiBroker.Shim.Configuration;
using VdiBroker.Shim.Printing;

namespace VdiBroker.Shim.Rdp;

/// <summary>How FreeRDP is started.</summary>
/// <param name="Program">Path or name.</param>
/// <param name="Arguments">See <see cref="FreeRdpArguments"/>.</param>
/// <param name="Display">X display.</param>
internal sealed record ViewerLaunch(string Program, IReadOnlyList<string> Arguments, string Display)
{
    /// <summary>What it, and what it starts itself, finds in its environment besides.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>How it is started for a desktop at this station, as it is now.</summary>
    public static async Task<ViewerLaunch> ForAsync(StationSettings settings, Monitors monitors, Desktop desktop)
    {
        var screens = FreeRdpArguments.MayTakeSeveralScreens(desktop, settings.Size) ? await monitors.CountAsync() : 1;
        return new(settings.FreeRdp, FreeRdpArguments.For(desktop, settings.Size, screens), settings.Display)
        {
            Environment = new Dictionary<string, string>
            {
                [PrintDesk.Queues] = string.Join(',', FreeRdpArguments.Queues(desktop.Settings ?? new Settings())),
                [PrintDesk.Cups] = settings.Cups,
            },
        };
    }
}
