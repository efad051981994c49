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
}
