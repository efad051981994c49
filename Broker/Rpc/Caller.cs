using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Trust;

namespace VdiBroker.Rpc;

/// <summary>Tells who calls, by the certificate of the connection alone.</summary>
/// <param name="city">The city whose names count.</param>
internal sealed class Caller(string city)
{
    private readonly ConditionalWeakTable<X509Certificate2, PeerName> _known = [];

    /// <summary>The caller's name.</summary>
    /// <exception cref="RefusalException">The certificate is not of this kind, or of another city.</exception>
    public string Require(ServerCallContext call, PeerKind kind)
    {
        var certificate = call.GetHttpContext().Connection.ClientCertificate;
        var peer = certificate is null ? null : Of(certificate);
        return peer is not null && peer.Kind == kind && peer.City == city
            ? peer.Name
            : throw new RefusalException(ErrorCode.CallerNotAllowed, $"this call is for a {kind} of {city}; the certificate says {peer?.Uri ?? "nothing"}");
    }

    /// <summary>The caller's name when it is a station of this city; null = it is something else.</summary>
    public string? StationOf(ServerCallContext call) =>
        call.GetHttpContext().Connection.ClientCertificate is { } certificate && Of(certificate) is { Kind: PeerKind.Station } peer && peer.City == city ? peer.Name : null;

    /// <summary>The certificate by which a stranger proves that a key is its own.</summary>
    /// <exception cref="RefusalException">The caller is known: it has nothing to ask here.</exception>
    public static X509Certificate2 RequireStranger(ServerCallContext call) => call.GetHttpContext().Connection.ClientCertificate is { } certificate && Strangers.IsOne(certificate)
        ? certificate
        : throw new RefusalException(ErrorCode.CallerNotAllowed, "this call is for a station that has no certificate of the city yet");

    private PeerName? Of(X509Certificate2 certificate)
    {
        if (_known.TryGetValue(certificate, out var peer)) return peer;
        // What a stranger wrote into its own certificate is no name.
        peer = Strangers.IsOne(certificate) ? null : PeerName.Of(certificate);
        if (peer is not null) _known.AddOrUpdate(certificate, peer);
        return peer;
    }
}
