using System.Net;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using VdiBroker.Protocol.Station.V1;

namespace VdiBroker.ThinClientShim.Tests.Peers;

/// <summary>A real gRPC server with mTLS whose answers a <see cref="ScriptedDesk"/> gives.</summary>
internal sealed class ScriptedBroker : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Gate _gate;

    private ScriptedBroker(WebApplication app, Gate gate)
    {
        (_app, _gate) = (app, gate);
        Address = app.Urls.Single();
    }

    /// <summary>https://127.0.0.1:port.</summary>
    public string Address { get; }

    /// <summary>Calls that reached it.</summary>
    public int Calls => _gate.Calls;

    /// <summary>True: it takes connections and calls, and answers nothing, as a stopped process does.</summary>
    public bool Hangs { set => _gate.Hangs = value; }

    public static async Task<ScriptedBroker> StartAsync(ScriptedDesk desk, TestAuthority authority, X509Certificate2? certificate = null, ScriptedEnrolment? enrolment = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.UseHttps(new HttpsConnectionAdapterOptions
            {
                ServerCertificate = certificate ?? authority.Broker(),
                ClientCertificateMode = ClientCertificateMode.RequireCertificate,
                ClientCertificateValidation = (client, _, _) => IsOf(authority, client) || (enrolment is not null && client.Subject == client.Issuer),
                HandshakeTimeout = TimeSpan.FromSeconds(20),
            });
        }));
        var gate = new Gate();
        builder.Services.AddSingleton(desk);
        builder.Services.AddSingleton(gate);
        builder.Services.AddGrpc();
        if (enrolment is not null) builder.Services.AddSingleton(enrolment);
        var app = builder.Build();
        app.Use(async (context, next) =>
        {
            await gate.PassAsync(context.Request.Path, context.RequestAborted);
            await next();
        });
        app.MapGrpcService<Service>();
        if (desk.Attendance is not null) app.MapGrpcService<Presence>();
        if (enrolment is not null) app.MapGrpcService<ScriptedEnrolment>();
        await app.StartAsync();
        if (certificate is null) await WarmAsync(authority, new Uri(app.Urls.First()));
        return new(app, gate);
    }

    /// <summary>Ends as a killed process does: every connection is cut, nothing listens any more.</summary>
    public async Task KillAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        try
        {
            await _app.StopAsync(now.Token);
        }
        catch (OperationCanceledException)
        {
            // Asked for: no grace for open calls.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        await _app.DisposeAsync();
    }

    // A station gives a broker 0.9 s; the first handshake and call of this process are slower than any after them.
    private static async Task WarmAsync(TestAuthority authority, Uri address)
    {
        using var own = authority.Station();
        using var shown = X509CertificateLoader.LoadPkcs12(own.Export(X509ContentType.Pkcs12), null);
        using var handler = new SocketsHttpHandler { SslOptions = new() { ClientCertificates = [shown], RemoteCertificateValidationCallback = (_, broker, _, _) => broker?.Issuer == authority.Certificate.Subject } };
        using var channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions { HttpHandler = handler });
        await new StationService.StationServiceClient(channel).WelcomeAsync(new WelcomeRequest(), deadline: DateTime.UtcNow + TestStation.Deadline);
    }

    private static bool IsOf(TestAuthority authority, X509Certificate2 client)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.Add(authority.Certificate);
        return chain.Build(client);
    }

    private sealed class Gate
    {
        private int _calls;

        public int Calls => _calls;

        public bool Hangs { get; set; }

        public Task PassAsync(string path, CancellationToken aborted)
        {
            // What a station asks and says before anybody sits down is no call of a person's.
            if (!path.Contains("PresenceService", StringComparison.Ordinal) && !path.EndsWith("/Welcome", StringComparison.Ordinal)) Interlocked.Increment(ref _calls);
            return Hangs ? Task.Delay(Timeout.Infinite, aborted) : Task.CompletedTask;
        }
    }

    private sealed class Presence(ScriptedDesk desk) : PresenceService.PresenceServiceBase
    {
        public override Task Attach(IAsyncStreamReader<StationReport> requestStream, IServerStreamWriter<StationOrder> responseStream, ServerCallContext context) =>
            desk.Attendance!.AttachAsync(requestStream, responseStream, context.CancellationToken);
    }

    private sealed class Service(ScriptedDesk desk) : StationService.StationServiceBase
    {
        public override Task<SignInReply> SignIn(SignInRequest request, ServerCallContext context) => Task.FromResult(desk.SignIn(request));

        public override Task<WelcomeReply> Welcome(WelcomeRequest request, ServerCallContext context) => Task.FromResult(desk.Welcome);

        public override Task<SignInReply> BeginVisit(BeginVisitRequest request, ServerCallContext context) => Task.FromResult(desk.BeginVisit(request));

        public override Task<ChangePasswordReply> ChangePassword(ChangePasswordRequest request, ServerCallContext context)
        {
            desk.ChangePassword(request);
            return Task.FromResult(new ChangePasswordReply());
        }

        public override async Task Open(OpenRequest request, IServerStreamWriter<OpenReply> responseStream, ServerCallContext context)
        {
            await responseStream.WriteAsync(new() { Preparing = new() { Text = request.Language == "fr" ? "Nous préparons votre bureau." : "Preparing your desktop." } });
            await desk.MissAsync(request, responseStream, context.CancellationToken);
            await desk.QueueAsync(responseStream, context.CancellationToken);
            await responseStream.WriteAsync(new() { Desktop = desk.Open(request) });
        }

        public override Task Follow(FollowRequest request, IServerStreamWriter<SessionNotice> responseStream, ServerCallContext context) =>
            desk.FollowAsync(request, responseStream, context.CancellationToken);

        public override Task<ExtendReply> Extend(ExtendRequest request, ServerCallContext context) => Task.FromResult(desk.Extend(request));

        public override Task<PreferReply> Prefer(PreferRequest request, ServerCallContext context)
        {
            desk.Preferences.Enqueue(request);
            return Task.FromResult(new PreferReply());
        }

        public override Task<ShownReply> Shown(ShownRequest request, ServerCallContext context) => Task.FromResult(desk.Shown(request));

        public override Task<CallForHelpReply> CallForHelp(CallForHelpRequest request, ServerCallContext context) => Task.FromResult(desk.CallForHelp(request));

        public override Task<CloseReply> Close(CloseRequest request, ServerCallContext context)
        {
            desk.Close(request);
            return Task.FromResult(new CloseReply());
        }
    }
}
