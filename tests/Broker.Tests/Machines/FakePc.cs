using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using VdiBroker.Kernel;
using VdiBroker.Machines;

namespace VdiBroker.Broker.Tests.Machines;

/// <summary>The start of an RDP server, as a PC has it: negotiation and TLS. Switched on and off; what comes after TLS is read and forgotten. Its port is its own from the start: off, it refuses.</summary>
internal sealed class FakePc : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly X509Certificate2 _certificate = SelfSigned();
    private Socket _socket;
    private Task _serving = Task.CompletedTask;

    private FakePc(string address)
    {
        Address = address;
        _socket = Bound(0);
        Port = ((IPEndPoint)_socket.LocalEndPoint!).Port;
    }

    public string Address { get; }

    public int Port { get; }

    /// <summary>What it selects: 1 TLS, 2 network level authentication, 0 neither.</summary>
    public byte Selects { get; init; } = 1;

    public string CertificateSha256 => Convert.ToHexStringLower(SHA256.HashData(_certificate.RawData));

    public static FakePc At(string address, byte selects = 1) => new(address) { Selects = selects };

    public Machine Machine(string id) => new(new HostId(id), Address, Port, CertificateSha256);

    /// <summary>Lies asleep until the right magic packet comes to <paramref name="broadcast"/>, then boots for as long.</summary>
    public void Sleep(MacAddress mac, string broadcast, TimeSpan boot) => _serving = WakeAsync(mac, broadcast, boot);

    public void SwitchOn()
    {
        _socket.Listen();
        _serving = ServeAsync(_socket);
    }

    public async Task SwitchOffAsync()
    {
        _socket.Dispose();
        await _serving;
        _serving = Task.CompletedTask;
        _socket = Bound(Port);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await SwitchOffAsync();
        _socket.Dispose();
        _certificate.Dispose();
        _end.Dispose();
    }

    private async Task WakeAsync(MacAddress mac, string broadcast, TimeSpan boot)
    {
        using var card = new UdpClient(new IPEndPoint(IPAddress.Parse(broadcast), 9));
        try
        {
            while (!(await card.ReceiveAsync(_end.Token)).Buffer.SequenceEqual(mac.MagicPacket()))
            {
            }
            await Task.Delay(boot, _end.Token);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        _socket.Listen();
        await ServeAsync(_socket);
    }

    private Socket Bound(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(Address), port));
        return socket;
    }

    private async Task ServeAsync(Socket listener)
    {
        var calls = new List<Task>();
        try
        {
            while (true) calls.Add(AnswerAsync(await listener.AcceptAsync(_end.Token)));
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The last: it was switched off between two calls.
            await Task.WhenAll(calls);
        }
    }

    private async Task AnswerAsync(Socket client)
    {
        using (client)
        {
            try
            {
                await using var stream = new NetworkStream(client);
                var request = new byte[RdpGreeting.ReplyLength];
                await stream.ReadExactlyAsync(request, _end.Token);
                await stream.WriteAsync((byte[])[3, 0, 0, 19, 14, 0xd0, 0, 0, 0x12, 0x34, 0, 2, 0, 8, 0, Selects, 0, 0, 0], _end.Token);
                await using var tls = new SslStream(stream);
                await tls.AuthenticateAsServerAsync(_certificate);
                while (await tls.ReadAsync(request, _end.Token) > 0)
                {
                }
            }
            catch (Exception end) when (end is IOException or AuthenticationException or OperationCanceledException)
            {
                // The caller has seen enough.
            }
        }
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=pc", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}
