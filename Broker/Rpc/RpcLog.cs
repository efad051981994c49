using VdiBroker.Protocol.Rpc.V1;

namespace VdiBroker.Rpc;

/// <summary>Log of the edge, ids 200 to 299.</summary>
internal static partial class RpcLog
{
    [LoggerMessage(200, LogLevel.Information, "{method} refused: {code} {what} [{reference}]")]
    public static partial void Refused(ILogger logger, string method, ErrorCode code, string what, string reference);

    [LoggerMessage(201, LogLevel.Warning, "{method}: the store is out of reach: {cause} [{reference}]")]
    public static partial void StoreOutOfReach(ILogger logger, string method, string cause, string reference);

    [LoggerMessage(202, LogLevel.Error, "{method}: fault [{reference}]")]
    public static partial void Fault(ILogger logger, Exception fault, string method, string reference);

    [LoggerMessage(203, LogLevel.Warning, "too many {crowd} at once: {sent} sent away since the last word")]
    public static partial void SentAway(ILogger logger, string crowd, long sent);

    [LoggerMessage(210, LogLevel.Warning, "station {station} is refused, begins visits, or signs somebody in or opens their desktop, more often than any person could: it is told to come back, and nothing of that is recorded")]
    public static partial void StationTooOften(ILogger logger, string station);

    [LoggerMessage(211, LogLevel.Warning, "a certificate is refused, so its holder finds no broker: {holder}: {reason}")]
    public static partial void CertificateRefused(ILogger logger, string holder, string reason);

    [LoggerMessage(212, LogLevel.Warning, "{what} ({file}): {finding}; {remedy}")]
    public static partial void CertificateEnds(ILogger logger, string what, string file, string finding, string remedy);

    [LoggerMessage(213, LogLevel.Error, "{what} ({file}): {finding}; {remedy}")]
    public static partial void CertificateEndsNow(ILogger logger, string what, string file, string finding, string remedy);

    [LoggerMessage(214, LogLevel.Information, "a handshake takes {milliseconds} ms of these cores: by that stations are told how spread they are to return")]
    public static partial void HandshakeTakes(ILogger logger, double milliseconds);

    [LoggerMessage(215, LogLevel.Warning, "what a handshake takes could not be measured, {milliseconds} ms are assumed: {reason}")]
    public static partial void HandshakeNotMeasured(ILogger logger, double milliseconds, string reason);
}
