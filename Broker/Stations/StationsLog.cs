using VdiBroker.Kernel;

namespace VdiBroker.Stations;

/// <summary>Log of the stations room, ids 300 to 349.</summary>
internal static partial class StationsLog
{
    [LoggerMessage(300, LogLevel.Warning, "station {station} is no longer admitted: a stream of it is cut")]
    public static partial void Cut(ILogger logger, StationId station);

    [LoggerMessage(301, LogLevel.Error, "the store had lost what was decided of {count} stations (revoked ones among them, it may be): this broker remembered and has put it back")]
    public static partial void PutBack(ILogger logger, int count);

    [LoggerMessage(302, LogLevel.Warning, "what is known of stations cannot be kept in {file}: {cause}; if the store is emptied while no broker runs, revoked stations are admitted again")]
    public static partial void NotKept(ILogger logger, string file, string cause);

    [LoggerMessage(303, LogLevel.Warning, "what was known of stations cannot be read in {file}: {cause}; it is read from the store")]
    public static partial void NotRead(ILogger logger, string file, string cause);
}
