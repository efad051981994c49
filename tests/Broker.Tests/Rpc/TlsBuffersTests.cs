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

/// <summary>Connections give their empty buffers back: asked of OpenSSL, of the contexts that .NET makes.</summary>
public sealed class TlsBuffersTests
{
    private const int ContextClass = 1; // CRYPTO_EX_INDEX_SSL_CTX
    private const int Mode = 33; // SSL_CTRL_MODE
    private const long ReleaseBuffers = 0x10; // SSL_MODE_RELEASE_BUFFERS

    // Each is held once: it is there until it was asked.
    private static readonly ConcurrentQueue<nint> _contexts = new();
    private static volatile bool _looking;

    // OpenSSL keeps it for as long as the process lives.
    private static readonly Made _made = (context, _, _, _, _, _) =>
    {
        if (_looking && Hold(context) == 1) _contexts.Enqueue(context);
    };

    private delegate void Made(nint context, nint value, nint values, int index, long number, nint argument);

    [Fact]
    public async Task Connections_that_NET_makes_give_empty_buffers_back()
    {
        Assert.True(TlsBuffers.ReleaseWhenEmpty());
        Assert.True(OnNew(ContextClass, 0, 0, _made, 0, 0) >= 0);
        _looking = true;
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
        _looking = false;
        // The server's is new, for its certificate; the other may share one that is older than this. They are asked when all is set up: nothing has taken it back.
        var modes = new List<long>();
        while (_contexts.TryDequeue(out var context))
        {
            modes.Add(Control(context, Mode, 0, 0));
            LetGo(context);
        }
        Assert.NotEmpty(modes);
        Assert.All(modes, mode => Assert.NotEqual(0, mode & ReleaseBuffers));
    }

    [DllImport("libcrypto.so.3", EntryPoint = "CRYPTO_get_ex_new_index")]
    private static extern int OnNew(int owner, long number, nint argument, Made made, nint copied, nint freed);

    [DllImport("libssl.so.3", EntryPoint = "SSL_CTX_ctrl")]
    private static extern long Control(nint context, int command, long number, nint argument);

    [DllImport("libssl.so.3", EntryPoint = "SSL_CTX_up_ref")]
    private static extern int Hold(nint context);

    [DllImport("libssl.so.3", EntryPoint = "SSL_CTX_free")]
    private static extern void LetGo(nint context);
}
