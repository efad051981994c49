using Google.Protobuf;
using Grpc.Core;
using VdiBroker.Protocol.Rpc.V1;

namespace VdiBroker.Shim.Brokers;

/// <summary>A broker answered, and the answer is no.</summary>
internal sealed class RefusedException(ErrorDetail detail) : Exception(detail.Code.ToString())
{
    /// <summary>What it said.</summary>
    public ErrorDetail Detail { get; } = detail;
}

/// <summary>No broker did what was asked, or said no.</summary>
internal sealed class NoBrokerException(Missing why) : Exception($"no broker: {why}")
{
    /// <summary>What was missing.</summary>
    public Missing Why { get; } = why;
}

/// <summary>What is missing where no broker answers.</summary>
internal enum Missing
{
    /// <summary>A connection to any.</summary>
    Connection,

    /// <summary>An answer in time, from one that was connected to.</summary>
    Answer,

    /// <summary>The call: every broker is older than this program.</summary>
    Call,
}

/// <summary>A call that must not be repeated was sent, and whether it was done is not known: the answer was lost, late, or says so itself.</summary>
internal sealed class OutcomeUnknownException(ErrorDetail? detail) : Exception(detail?.Code.ToString() ?? "no answer")
{
    /// <summary>What the broker said, if it said anything.</summary>
    public ErrorDetail? Detail { get; } = detail;
}

/// <summary>Reads the trailer of a failed call.</summary>
internal static class Refusal
{
    private const string Trailer = "vdi-error-bin";

    /// <summary>True: the broker has no such call, so nothing was done and asking it again is no use.</summary>
    public static bool IsOfAnOlderBroker(RpcException failure) => failure.StatusCode == StatusCode.Unimplemented && Of(failure) is null;

    /// <summary>True for a no that does not tell whether the call was done before it: the broker gave up in the middle.</summary>
    public static bool LeavesOpen(ErrorDetail detail) =>
        detail.Code is ErrorCode.DirectoryOutOfReach or ErrorCode.BrokerStopping or ErrorCode.Unspecified;

    /// <summary>What the broker said about the failure; null when it is not the broker that speaks (cut, no connection, a stranger).</summary>
    public static ErrorDetail? Of(RpcException failure)
    {
        if (failure.Trailers.GetValueBytes(Trailer) is not { } bytes) return null;
        try
        {
            return ErrorDetail.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
