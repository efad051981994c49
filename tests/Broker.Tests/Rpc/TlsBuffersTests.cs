using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using VdiBroker.Rpc;
using Xunit;

namespace VdiBroker.Broker.Tests.Rpc;

/// <summary>Connections give their empty buffers back: asked of OpenSSL, of those that .NET makes.</summary>
public sealed class TlsBuffersTests
{
    private const int ConnectionClass = 0; // CRYPTO_EX_INDEX_SSL
    private const int Mode = 33; // SSL_CTRL_MODE
    private const long ReleaseBuffers = 0x10; // SSL_MODE_RELEASE_BUFFERS

    private static readonly ConcurrentQueue<long> _modes = new();

    // OpenSSL keeps it for as long as the process lives.
    private static readonly Made _made = (connection, _, _, _, _, _) => _modes.Enqueue(Control(connection, Mode, 0, 0));

    private delegate void Made(nint connection, nint value, nint values, int index, long number, nint argument);

    [Fact]
    public async Task Connections_that_NET_makes_give_empty_buffers_back()
    {
        Assert.True(TlsBuffers.ReleaseWhenEmpty());
        Assert.True(OnNew(ConnectionClass, 0, 0, _made, 0, 0) >= 0);
        _modes.Clear();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=a-new-one", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var door = new TcpListener(IPAddress.Loopback, 0);
        door.Start();
        using var caller = new TcpClient();
        await caller.ConnectAsync((IPEndPoint)door.LocalEndpoint);
        using var called = await door.AcceptTcpClientAsync();
        await using var asks = new SslStream(caller.GetStream(), false, (_, shown, _, _) => shown?.GetCertHashString() == certificate.GetCertHashString());
        await using var answers = new SslStream(called.GetStream());
        await Task.WhenAll(answers.AuthenticateAsServerAsync(certificate), asks.AuthenticateAsClientAsync("a-new-one")).WaitAsync(TimeSpan.FromSeconds(20));
        // The server's has a context of its own, for its certificate; the other may share one that is older than this.
        Assert.Contains(_modes, mode => (mode & ReleaseBuffers) != 0);
    }

    [DllImport("libcrypto.so.3", EntryPoint = "CRYPTO_get_ex_new_index")]
    private static extern int OnNew(int owner, long number, nint argument, Made made, nint copied, nint freed);

    [DllImport("libssl.so.3", EntryPoint = "SSL_ctrl")]
    private static extern long Control(nint connection, int command, long number, nint argument);
}
