using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace VdiBroker.Rpc;

/// <summary>
/// What somebody's return takes of these cores. At its start the broker greets itself, over loopback and with its own certificate, a few times: cores, keys and authorities differ from city to city, and a measure from elsewhere kept
/// 10,000 stations out for two minutes that were served in half a minute.
/// </summary>
internal sealed class HandshakeCost(TlsOptions tls, CallerTrust trust, ILogger<HandshakeCost> logger) : BackgroundService
{
    // The first ones load what the later ones find loaded; the fastest is the one that nobody disturbed.
    private const int Times = 8;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _usual = TimeSpan.FromMilliseconds(8);
    private long _each = _usual.Ticks;

    /// <summary>
    /// Time of one core for both sides of a handshake. The broker has one of them to carry, and HTTP/2 and the stream's first look at the store beside it, which take as much again (<c>vdi-bench stations</c>: <c>handshakeCpuMs</c>,
    /// <c>backCpuMs</c>). 8 ms until it is measured.
    /// </summary>
    public TimeSpan Each => TimeSpan.FromTicks(Volatile.Read(ref _each));

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        patience.CancelAfter(_patience);
        try
        {
            Volatile.Write(ref _each, (await MeasureAsync(patience.Token)).Ticks);
            RpcLog.HandshakeTakes(logger, Math.Round(Each.TotalMilliseconds, 2));
        }
        catch (Exception fault) when (fault is IOException or SocketException or AuthenticationException or CryptographicException or OperationCanceledException)
        {
            if (!stoppingToken.IsCancellationRequested) RpcLog.HandshakeNotMeasured(logger, Each.TotalMilliseconds, fault.Message);
        }
    }

    private async Task<TimeSpan> MeasureAsync(CancellationToken cancel)
    {
        using var own = X509Certificate2.CreateFromPemFile(tls.Certificate, tls.Key);
        using var door = new TcpListener(IPAddress.Loopback, 0);
        door.Start();
        var least = TimeSpan.MaxValue;
        for (var n = 0; n < Times; n++)
        {
            var took = await GreetAsync(door, own, cancel);
            if (took < least) least = took;
        }
        return least;
    }

    private async Task<TimeSpan> GreetAsync(TcpListener door, X509Certificate2 own, CancellationToken cancel)
    {
        var from = Stopwatch.GetTimestamp();
        using var caller = new TcpClient();
        await caller.ConnectAsync((IPEndPoint)door.LocalEndpoint, cancel);
        using var called = await door.AcceptTcpClientAsync(cancel);
        // The chain is built as for callers; whatever comes of it, it is oneself.
        bool IsOneself(X509Certificate? shown) => shown is X509Certificate2 two && two.RawDataMemory.Span.SequenceEqual(own.RawDataMemory.Span);
        await using var asks = new SslStream(caller.GetStream(), leaveInnerStreamOpen: false, (_, shown, _, _) => IsOneself(shown));
        await using var answers = new SslStream(called.GetStream(), leaveInnerStreamOpen: false, (_, shown, _, _) => IsOneself(shown));
        await Task.WhenAll(
            answers.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = own, ClientCertificateRequired = true, CertificateChainPolicy = trust.Policy() }, cancel),
            asks.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "", ClientCertificates = [own], CertificateChainPolicy = trust.Policy(), AllowTlsResume = false }, cancel));
        return Stopwatch.GetElapsedTime(from);
    }
}
