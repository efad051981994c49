using Grpc.Net.Client;
using VdiBroker.Protocol.Host.V1;

namespace VdiBroker.City.Callers;

/// <summary>Speaks the host's protocol with a host's certificate: what someone would do who took over a host.</summary>
public sealed class HostCaller : IDisposable
{
    private readonly GrpcChannel _channel;
    private readonly HostService.HostServiceClient _calls;

    private HostCaller(GrpcChannel channel)
    {
        _channel = channel;
        _calls = new HostService.HostServiceClient(channel);
    }

    /// <summary>A caller that is <paramref name="host"/> as far as the broker can tell.</summary>
    public static async Task<HostCaller> ConnectAsync(RunningCity city, string host) =>
        new(CityChannel.Open(city.Broker.Uri, city.Certificates.CaFile, await city.Certificates.IssueAsync("host", host, Path.Combine(city.Folder, "callers"))));

    /// <summary>Presents a ticket.</summary>
    public async Task<Redemption> RedeemAsync(string user, string ticket) =>
        (await _calls.RedeemTicketAsync(new RedeemTicketRequest { User = user, Ticket = ticket }, deadline: DateTime.UtcNow.AddSeconds(20))).Redemption;

    /// <inheritdoc/>
    public void Dispose() => _channel.Dispose();
}
