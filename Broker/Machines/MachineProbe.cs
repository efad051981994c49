using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using VdiBroker.Trust;

namespace VdiBroker.Machines;

/// <summary>What an RDP server shows of itself before anybody is logged on.</summary>
/// <param name="Sha256">Of its certificate, 64 lower-case hexadecimal digits.</param>
/// <param name="Subject">Whom its certificate names.</param>
/// <param name="Until">Last day of its certificate.</param>
/// <param name="WantsNla">It checks the password before it shows a picture.</param>
internal sealed record RdpFace(string Sha256, string Subject, DateTimeOffset Until, bool WantsNla);

/// <summary>Asks a machine without an agent whether it is there: the first message of RDP, then TLS up to its certificate. Nobody is logged on, and no password is shown.</summary>
internal static class MachineProbe
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(3);

    /// <summary>Asks once; whatever goes wrong on the way is an answer.</summary>
    /// <param name="machine">Which.</param>
    /// <param name="cancel">Ends the wait.</param>
    public static async Task<MachineAnswer> AskAsync(Machine machine, CancellationToken cancel) => await LookAsync(machine.Address, machine.Port, machine.CertificateSha256, cancel) switch
    {
        (null, var cause) => new MachineAnswer.NotThere(cause),
        ({ } face, _) when face.Sha256 == machine.CertificateSha256 => new MachineAnswer.Ready(face.WantsNla),
        ({ } face, _) => new MachineAnswer.OtherCertificate(face.Sha256),
    };

    /// <summary>Looks what is at an address.</summary>
    /// <param name="address">Host name or IP address.</param>
    /// <param name="port">TCP port.</param>
    /// <param name="pin">SHA-256 of the certificate with which the handshake is brought to its end, so that the key is proven; empty = none.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>What it shows; null with the cause when nothing there speaks RDP over TLS.</returns>
    public static async Task<(RdpFace? Face, string Cause)> LookAsync(string address, int port, string pin, CancellationToken cancel)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        late.CancelAfter(_limit);
        try
        {
            using var client = new TcpClient { NoDelay = true };
            await client.ConnectAsync(address, port, late.Token);
            return await GreetAsync(client.GetStream(), pin, late.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return (null, $"no answer within {_limit.TotalSeconds:0} s");
        }
        catch (SocketException fault)
        {
            return (null, $"cannot be connected: {fault.SocketErrorCode}");
        }
        catch (Exception fault) when (fault is IOException or AuthenticationException)
        {
            return (null, $"breaks the connection off: {fault.Message}");
        }
    }

    private static async Task<(RdpFace? Face, string Cause)> GreetAsync(NetworkStream stream, string pin, CancellationToken cancel)
    {
        await stream.WriteAsync(RdpGreeting.Request(), cancel);
        var head = new byte[4];
        await stream.ReadExactlyAsync(head, cancel);
        var length = RdpGreeting.LengthOf(head);
        if (length == 0) return (null, "what answers there is no RDP server");
        var reply = new byte[length];
        head.CopyTo(reply, 0);
        await stream.ReadExactlyAsync(reply.AsMemory(head.Length), cancel);
        return RdpGreeting.Read(reply) switch
        {
            RdpReply.Tls(var nla) => await CertificateAsync(stream, pin, nla, cancel),
            RdpReply.NoTls => (null, "its RDP server speaks without TLS: set its security layer to TLS"),
            RdpReply.Refused(var code) => (null, $"its RDP server refuses TLS, failure code {code}"),
            _ => (null, "what answers there is no RDP server"),
        };
    }

    private static async Task<(RdpFace? Face, string Cause)> CertificateAsync(NetworkStream stream, string pin, bool nla, CancellationToken cancel)
    {
        RdpFace? face = null;
        // Such certificates are the machines' own: what counts is that it is the declared one, and that the machine holds its key.
        await using var tls = new SslStream(stream, leaveInnerStreamOpen: true, (_, certificate, _, _) =>
        {
            if (certificate is X509Certificate2 shown) face = new RdpFace(CertificateDigest.Of(shown), shown.Subject, shown.NotAfter.ToUniversalTime(), nla);
            return face?.Sha256 == pin;
        });
        try
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "" }, cancel);
        }
        catch (AuthenticationException) when (face is not null && face.Sha256 != pin)
        {
            // Nothing more is said to a stranger.
        }
        return face is null ? (null, "its RDP server shows no certificate") : (face, "");
    }
}
