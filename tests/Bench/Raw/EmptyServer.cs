using System.CommandLine;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using VdiBroker.Protocol.Station.V1;

namespace VdiBroker.Bench.Raw;

/// <summary><c>empty-server</c>: a bare gRPC server behind mTLS whose calls do nothing, in a process of its own: the raw limit of calls, and of stations that are connected and wait.</summary>
internal static class EmptyServer
{
    /// <summary>The command; used by the other commands.</summary>
    public static Command Build()
    {
        var listen = new Option<string>("--listen") { Required = true, Description = "address:port" };
        var authority = new Option<string>("--ca") { Required = true, Description = "PEM" };
        var certificate = new Option<string>("--certificate") { Required = true, Description = "PEM" };
        var key = new Option<string>("--key") { Required = true, Description = "PEM" };
        var command = new Command("empty-server", "a bare gRPC server behind mTLS, for the raw limit") { listen, authority, certificate, key };
        command.SetAction((parsed, cancel) => RunAsync(
            IPEndPoint.Parse(parsed.GetRequiredValue(listen)), parsed.GetRequiredValue(authority), X509Certificate2.CreateFromPemFile(parsed.GetRequiredValue(certificate), parsed.GetRequiredValue(key)), cancel));
        return command;
    }

    private static async Task RunAsync(IPEndPoint listen, string authority, X509Certificate2 own, CancellationToken cancel)
    {
        var trusted = X509CertificateLoader.LoadCertificateFromFile(authority);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.Services.AddRouting();
        builder.Services.AddGrpc();
        builder.Services.AddSingleton<Empty>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(3));
        builder.Services.Configure<KestrelServerOptions>(kestrel => kestrel.Listen(listen, endpoint =>
        {
            endpoint.Protocols = HttpProtocols.Http2;
            endpoint.UseHttps(https =>
            {
                https.ServerCertificate = own;
                https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
                https.ClientCertificateValidation = (shown, _, _) => shown.Issuer == trusted.Subject;
            });
        }));
        await using var app = builder.Build();
        app.UseRouting();
        app.MapGrpcService<Empty>();
        await app.StartAsync(cancel);
        await app.WaitForShutdownAsync(cancel);
    }

    private sealed class Empty : StationService.StationServiceBase
    {
        private TaskCompletionSource _order = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Nothing.</summary>
        public override Task<CloseReply> Close(CloseRequest request, ServerCallContext context) => Task.FromResult(new CloseReply());

        /// <summary>Tells everybody who follows.</summary>
        public override Task<ShownReply> Shown(ShownRequest request, ServerCallContext context)
        {
            Interlocked.Exchange(ref _order, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
            return Task.FromResult(new ShownReply());
        }

        /// <summary>A word at once, then one with each order.</summary>
        public override async Task Follow(FollowRequest request, IServerStreamWriter<SessionNotice> responseStream, ServerCallContext context)
        {
            await responseStream.WriteAsync(new SessionNotice { State = SessionState.Active }, context.CancellationToken);
            while (true)
            {
                await Volatile.Read(ref _order).Task.WaitAsync(context.CancellationToken);
                await responseStream.WriteAsync(new SessionNotice { State = SessionState.HostSilent }, context.CancellationToken);
            }
        }
    }
}
