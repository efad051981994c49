using VdiBroker.Kernel;

namespace VdiBroker.Presence;

/// <summary>Log of the presence room, ids 350 to 399.</summary>
internal static partial class PresenceLog
{
    [LoggerMessage(350, LogLevel.Debug, "station {station} has attached, shim {version}")]
    public static partial void Attached(ILogger logger, StationId station, string version);

    [LoggerMessage(351, LogLevel.Debug, "the stream of station {station} has ended")]
    public static partial void Gone(ILogger logger, StationId station);

    [LoggerMessage(352, LogLevel.Information, "station {station} says of order {order}: {outcome}")]
    public static partial void Obeyed(ILogger logger, StationId station, string order, string outcome);
}
