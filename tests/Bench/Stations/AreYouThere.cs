using Grpc.Core;
using Grpc.Net.Client;

namespace VdiBroker.Bench.Stations;

/// <summary>What the shim asks to see whether a broker lives: any answer will do. It makes the connection, and costs one empty call.</summary>
internal static class AreYouThere
{
    private static readonly Marshaller<byte[]> _plain = Marshallers.Create(bytes => bytes, bytes => bytes);
    private static readonly Method<byte[], byte[]> _check = new(MethodType.Unary, "grpc.health.v1.Health", "Check", _plain, _plain);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    /// <summary>Asks.</summary>
    /// <exception cref="RpcException">Nobody answers.</exception>
    public static async Task AskAsync(GrpcChannel channel)
    {
        try
        {
            using var call = channel.CreateCallInvoker().AsyncUnaryCall(_check, null, new CallOptions(deadline: DateTime.UtcNow + _patience), []);
            await call;
        }
        catch (RpcException answer) when (answer.StatusCode == StatusCode.Unimplemented)
        {
            // A no is an answer.
        }
    }
}
