using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using VdiBroker.City.Processes;
using VdiBroker.Protocol.Host.V1;

namespace VdiBroker.HostAgent.Tests.Rig;

/// <summary>A real gRPC server with mTLS that offers the hosts' service; the test says what it answers.</summary>
internal sealed class ScriptedBroker : IAsyncDisposable
{
    private readonly WebApplication _server;
    private Socket? _listener;

    private ScriptedBroker(WebApplication server) => _server = server;

    public IPEndPoint Place { get; private set; } = new(IPAddress.Loopback, 0);

    public Uri Address => new($"https://{Place}");

    /// <summary>Every stream that hosts opened, in order.</summary>
    public ConcurrentQueue<AttachedHost> Attachments { get; } = new();

    /// <summary>Every question for a ticket, in order.</summary>
    public ConcurrentQueue<RedeemTicketRequest> Asked { get; } = new();

    /// <summary>What is answered for a ticket.</summary>
    public Func<RedeemTicketRequest, RedeemTicketReply> Redeem { get; set; } = _ => new RedeemTicketReply { Redemption = Redemption.Unknown };

    public TimeSpan ReportEvery { get; set; } = TimeSpan.FromMilliseconds(300);

    public static async Task<ScriptedBroker> StartAsync(Authority authority, IPEndPoint? place = null, X509Certificate2? certificate = null)
    {
        place ??= new IPEndPoint(IPAddress.Parse(Loopback.Pick().Address(1)), 0);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc();
        ScriptedBroker? self = null;
        Socket? listener = null;
        builder.WebHost.UseSockets(sockets => sockets.CreateBoundListenSocket = end => listener = SocketTransportOptions.CreateDefaultBoundListenSocket(end));
        builder.Services.AddSingleton(_ => self!);
        certificate ??= authority.Issue("broker", "broker1", place.Address);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(place, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.UseHttps(https =>
            {
                https.ServerCertificate = certificate;
                https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
                https.ClientCertificateValidation = (client, _, _) => IsOf(authority, client);
            });
        }));
        var server = builder.Build();
        server.MapGrpcService<HostDesk>();
        self = new ScriptedBroker(server);
        await server.StartAsync();
        self._listener = listener;
        self.Place = new IPEndPoint(place.Address, new Uri(server.Urls.First()).Port);
        return self;
    }

    public Task StopAsync()
    {
        // Another may listen there at once.
        if (_listener is not null) Loopback.StopListening(_listener);
        _listener = null;
        return _server.StopAsync(new CancellationToken(canceled: true));
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _server.DisposeAsync();
    }

    private static bool IsOf(Authority authority, X509Certificate2 client)
    {
        using var chain = new X509Chain { ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck } };
        chain.ChainPolicy.CustomTrustStore.Add(authority.Certificate);
        return chain.Build(client);
    }

    private sealed class HostDesk(ScriptedBroker broker) : HostService.HostServiceBase
    {
        public override async Task Attach(IAsyncStreamReader<HostReport> reports, IServerStreamWriter<HostOrder> orders, ServerCallContext context)
        {
            var host = new AttachedHost(orders);
            broker.Attachments.Enqueue(host);
            try
            {
                while (await reports.MoveNext(context.CancellationToken))
                {
                    if (reports.Current.Hello is { } hello)
                    {
                        host.Hello = hello;
                        await orders.WriteAsync(new HostOrder
                        {
                            Welcome = new Welcome { ReportEvery = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(broker.ReportEvery) },
                        });
                    }
                    else
                    {
                        host.Observations.Enqueue(reports.Current.Observation);
                    }
                }
            }
            finally
            {
                host.IsOver = true;
            }
        }

        public override Task<RedeemTicketReply> RedeemTicket(RedeemTicketRequest request, ServerCallContext context)
        {
            broker.Asked.Enqueue(request);
            return Task.FromResult(broker.Redeem(request));
        }
    }
}

/// <summary>One stream of a host.</summary>
internal sealed class AttachedHost(IServerStreamWriter<HostOrder> orders)
{
    public Hello? Hello { get; set; }

    public bool IsOver { get; set; }

    public ConcurrentQueue<Observation> Observations { get; } = new();

    public Observation? Latest => Observations.LastOrDefault();

    public Task OrderAsync(EndSession end) => orders.WriteAsync(new HostOrder { EndSession = end });
}
