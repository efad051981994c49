using VdiBroker.Kernel;

namespace VdiBroker.Stations;

/// <summary>Log of the stations room, ids 300 to 349.</summary>
internal static partial class StationsLog
{
    [LoggerMessage(300, LogLevel.Warning, "station {station} is no longer admitted: a stream of it is cut")]
    public static partial void Cut(ILogger logger, StationId station);

    [LoggerMessage(301, LogLevel.Error, "the store had lost what was decided of {count} stations (revoked ones among them, it may be): this broker remembered and has put it back")]
    public static partial void PutBack(ILogger logger, int count);

    [LoggerMessage(307, LogLevel.Error, "the store had an older word of {count} stations than this broker remembers (it was put back from a copy, or a broker that was off has filled it), or one that nobody can read: what was decided since is put back")]
    public static partial void PutBackNewer(ILogger logger, int count);

    [LoggerMessage(306, LogLevel.Information, "station {station} shows its next certificate: a stream of the former one is cut, to be opened anew")]
    public static partial void CutToReplace(ILogger logger, StationId station);

    [LoggerMessage(302, LogLevel.Warning, "what is known of stations cannot be kept in {file}: {cause}; it is tried again every few seconds; if the store is emptied while no broker runs, revoked stations are admitted again")]
    public static partial void NotKept(ILogger logger, string file, string cause);

    [LoggerMessage(310, LogLevel.Information, "what is known of stations is kept in {file} again")]
    public static partial void KeptAgain(ILogger logger, string file);

    [LoggerMessage(304, LogLevel.Error, "station {station}: a second key asks to be signed for the certificate with the key {key}, and another one was signed already: its disk was copied, or it has lost its newest key. Nothing was signed. Look at the station; then admit the right one anew ('broker station accept … --replace')")]
    public static partial void Copied(ILogger logger, StationId station, string key);

    [LoggerMessage(305, LogLevel.Error, "station {station}: the certificate {certificate} is shown, which was renewed and is good no more: its disk was copied, or it was put back from a copy, or the copy has renewed and this is the station. It is refused. Look at the station; then admit the right one anew ('broker station accept … --replace')")]
    public static partial void FormerShown(ILogger logger, StationId station, string certificate);

    [LoggerMessage(308, LogLevel.Error, "station {station}: {why}. What this broker remembers of it holds and is put back; a broker that remembers nothing refuses the station. If 'broker station list' goes on saying so, decide anew: "
        + "'broker station accept … --replace', 'broker station restore … --fingerprint', or 'broker station revoke'")]
    public static partial void Unreadable(ILogger logger, StationId station, string why);

    [LoggerMessage(309, LogLevel.Warning, "station {station}: {why}, in {file}; it is refused until more is read in the store")]
    public static partial void KeptUnreadable(ILogger logger, StationId station, string why, string file);

    [LoggerMessage(311, LogLevel.Warning, "what was kept of the station with the key {key}, which asks to be admitted from {address}, cannot be read: it asks anew and shows another code; if it was accepted already, accept that one ('broker station accept … --replace')")]
    public static partial void WishUnreadable(ILogger logger, string key, string address);

    [LoggerMessage(303, LogLevel.Warning, "what was known of stations cannot be read in {file}: {cause}; it is read from the store")]
    public static partial void NotRead(ILogger logger, string file, string cause);
}
