using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace VdiBroker.Rpc;

/// <summary>
/// What somebody's return takes of these cores. At its start the broker greets itself, over loopback and with its own certificate, a few times: cores, keys and authorities differ from city to city. A figure of another machine had
/// 10,000 stations come back within two minutes here that were served in three quarters of one.
/// </summary>
internal sealed class HandshakeCost(TlsOptions tls, CallerTrust trust, ILogger<HandshakeCost> logger) : BackgroundService
{
    // The first ones load what the later ones find loaded; the fastest is the one that nobody disturbed.
    private const int Times = 8;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);

    // HTTP/2 and the stream's first look at the store take as much again.
    private const int Returns = 2;
    private static readonly TimeSpan _usual = TimeSpan.FromMilliseconds(8);

    // Whatever disturbed all of them, or whoever: no machine that was seen needs less than twice the one, or more than half of the other.
    private static readonly TimeSpan _least = TimeSpan.FromMilliseconds(1.5);
    private static readonly TimeSpan _most = TimeSpan.FromMilliseconds(16);
    private long _each = _usual.Ticks;

    /// <summary>
    /// Time of one core for one that comes back: twice what both sides of a handshake take where nobody disturbs them. From 1.5 to 16 ms, 8 until it is measured. Beside it in <c>vdi-bench stations</c>: <c>backCpuMs</c>, which has the
    /// broker's start and other people's sign-ins in it.
    /// </summary>
    public TimeSpan Each => TimeSpan.FromTicks(Volatile.Read(ref _each));

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        patience.CancelAfter(_patience);
        try
        {
            var took = await MeasureAsync(patience.Token);
            Volatile.Write(ref _each, Math.Clamp((took * Returns).Ticks, _least.Ticks, _most.Ticks));
            RpcLog.HandshakeTakes(logger, Math.Round(took.TotalMilliseconds, 2));
        }
        catch (Exception fault)
        {
            // Whatever it is: nobody's sign-in depends on it.
            if (!stoppingToken.IsCancellationRequested) RpcLog.HandshakeNotMeasured(logger, Each.TotalMilliseconds, patience.IsCancellationRequested ? $"not within {_patience.TotalSeconds} s" : fault.Message);
        }
    }

    private async Task<TimeSpan> MeasureAsync(CancellationToken cancel)
    {
        using var certificate = X509Certificate2.CreateFromPemFile(tls.Certificate, tls.Key);
        // Made once, as for the callers.
        var own = SslStreamCertificateContext.Create(certificate, null, offline: true);
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

    private async Task<TimeSpan> GreetAsync(TcpListener door, SslStreamCertificateContext own, CancellationToken cancel)
    {
        var from = Stopwatch.GetTimestamp();
        using var caller = new TcpClient(AddressFamily.InterNetwork);
        await caller.ConnectAsync((IPEndPoint)door.LocalEndpoint, cancel);
        using var called = await door.AcceptTcpClientAsync(cancel);
        if (!Equals(called.Client.RemoteEndPoint, caller.Client.LocalEndPoint)) throw new IOException($"somebody else of this machine connected to {door.LocalEndpoint}");
        // The chain is built as for callers; whatever comes of it, it is oneself.
        bool IsOneself(X509Certificate? shown) => shown is X509Certificate2 two && two.RawDataMemory.Span.SequenceEqual(own.TargetCertificate.RawDataMemory.Span);
        await using var asks = new SslStream(caller.GetStream(), leaveInnerStreamOpen: false, (_, shown, _, _) => IsOneself(shown));
        await using var answers = new SslStream(called.GetStream(), leaveInnerStreamOpen: false, (_, shown, _, _) => IsOneself(shown));
        await Task.WhenAll(
            answers.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = own, ClientCertificateRequired = true, CertificateChainPolicy = trust.Policy() }, cancel),
            asks.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "", ClientCertificateContext = own, CertificateChainPolicy = trust.Policy(), AllowTlsResume = false }, cancel));
        return Stopwatch.GetElapsedTime(from);
    }
}
