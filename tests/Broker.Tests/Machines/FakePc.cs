using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using VdiBroker.City.Processes;
using VdiBroker.Kernel;
using VdiBroker.Machines;

namespace VdiBroker.Broker.Tests.Machines;

/// <summary>The start of an RDP server, as a PC has it: negotiation and TLS. Switched on and off; what comes after TLS is read and forgotten. Its port is its own from the start: off, it refuses.</summary>
internal sealed class FakePc : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly X509Certificate2 _certificate = SelfSigned();
    private Socket _socket;
    private bool _isOn;
    private UdpClient? _card;
    private Task _serving = Task.CompletedTask;

    private FakePc(string address)
    {
        Address = address;
        _socket = Loopback.Bind(IPAddress.Parse(address));
        Port = Loopback.PortOf(_socket);
    }

    public string Address { get; }

    public int Port { get; }

    /// <summary>What it selects: 1 TLS, 2 network level authentication, 0 neither.</summary>
    public byte Selects { get; init; } = 1;

    public string CertificateSha256 => Convert.ToHexStringLower(SHA256.HashData(_certificate.RawData));

    public static FakePc At(string address, byte selects = 1) => new(address) { Selects = selects };

    public Machine Machine(string id) => new(new HostId(id), Address, Port, CertificateSha256);

    /// <summary>Lies asleep until the right magic packet comes to <paramref name="broadcast"/>, then boots for as long.</summary>
    public void Sleep(MacAddress mac, string broadcast, TimeSpan boot)
    {
        // Kept until the end: a child that some other test has just forked holds what is closed, and nobody else may take it meanwhile.
        _card ??= new UdpClient(new IPEndPoint(IPAddress.Parse(broadcast), 9));
        var from = new IPEndPoint(IPAddress.Any, 0);
        while (_card.Available > 0) _card.Receive(ref from);
        _serving = WakeAsync(_card, mac, boot);
    }

    public void SwitchOn() => _serving = ServeAsync();

    public async Task SwitchOffAsync()
    {
        await StopAsync();
        _socket = Loopback.Bind(IPAddress.Parse(Address), Port);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await StopAsync();
        _card?.Dispose();
        _certificate.Dispose();
        _end.Dispose();
    }

    private async Task StopAsync()
    {
        if (_isOn) Loopback.StopListening(_socket);
        else _socket.Dispose();
        _isOn = false;
        await _serving;
    }

    private async Task WakeAsync(UdpClient card, MacAddress mac, TimeSpan boot)
    {
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
        await ServeAsync();
    }

    private async Task ServeAsync()
    {
        _socket.Listen();
        _isOn = true;
        var calls = new List<Task>();
        try
        {
            while (true) calls.Add(AnswerAsync(await _socket.AcceptAsync(_end.Token)));
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
