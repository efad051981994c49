using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using VdiBroker.Trust;

namespace VdiBroker.Rpc;

/// <summary>
/// How far a stranger comes: to the one call by which a station asks to be admitted. Any other request of theirs is cut off before a room sees it, as their handshake was before stations could enrol. How many of their connections are
/// open at once is bounded, for each address and for all: more would cost memory, and only strangers wait for it.
/// </summary>
internal sealed class StrangersDoor
{
    private const string OneCall = "/vdibroker.station.v1.EnrolmentService/Enrol";
    private const string Everybody = "all";
    private const int MostOfAnAddress = 64;
    private const int MostOfAll = 512;
    private readonly PeerLimits _ofAnAddress = new(MostOfAnAddress);
    private readonly PeerLimits _ofAll = new(MostOfAll);

    /// <summary>For whom an address stands in limits: itself, and for IPv6 its network of 64 bits, of which one machine has as many addresses as it likes.</summary>
    public static string Neighbours(IPAddress? address)
    {
        if (address is null) return "";
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetwork ? address.ToString() : $"{new IPAddress([.. address.GetAddressBytes().AsSpan(0, 8), 0, 0, 0, 0, 0, 0, 0, 0])}/64";
    }

    /// <summary>A connection whose handshake is over.</summary>
    public Task PassAsync(ConnectionContext connection, ConnectionDelegate next) =>
        connection.Features.Get<ITlsConnectionFeature>()?.ClientCertificate is { } shown && Strangers.IsOne(shown) ? PassStrangerAsync(connection, next) : next(connection);

    /// <summary>A request.</summary>
    public static Task PassAsync(HttpContext request, RequestDelegate next)
    {
        // Nobody waits here who is known: one comparison, no task of its own.
        if (request.Connection.ClientCertificate is not { } shown || !Strangers.IsOne(shown) || request.Request.Path == OneCall) return next(request);
        request.Abort();
        return Task.CompletedTask;
    }

    private async Task PassStrangerAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        try
        {
            using var ofAll = _ofAll.Enter(Everybody);
            using var ofAnAddress = _ofAnAddress.Enter(Neighbours((connection.RemoteEndPoint as IPEndPoint)?.Address));
            await next(connection);
        }
        catch (RefusalException)
        {
            connection.Abort();
        }
    }
}
