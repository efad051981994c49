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

/// <summary>No broker could be reached, or none answered in time.</summary>
internal sealed class NoBrokerException(bool late) : Exception(late ? "no broker answered in time" : "no broker could be reached")
{
    /// <summary>True: one was connected to but did not answer.</summary>
    public bool Late { get; } = late;
}

/// <summary>Reads the trailer of a failed call.</summary>
internal static class Refusal
{
    private const string Trailer = "vdi-error-bin";

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
