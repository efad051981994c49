using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;

namespace VdiBroker.Machines;

/// <summary>Asks a machine without an agent whether it is there: the first message of RDP, then TLS up to its certificate. Nobody is logged on, and no password is shown.</summary>
internal static class MachineProbe
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(3);

    /// <summary>Asks once; whatever goes wrong on the way is an answer.</summary>
    /// <param name="machine">Which.</param>
    /// <param name="cancel">Ends the wait.</param>
    public static async Task<MachineAnswer> AskAsync(Machine machine, CancellationToken cancel)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        late.CancelAfter(_limit);
        try
        {
            using var client = new TcpClient { NoDelay = true };
            await client.ConnectAsync(machine.Address, machine.Port, late.Token);
            return await GreetAsync(client.GetStream(), machine, late.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new MachineAnswer.NotThere($"no answer within {_limit.TotalSeconds:0} s");
        }
        catch (SocketException fault)
        {
            return new MachineAnswer.NotThere($"cannot be connected: {fault.SocketErrorCode}");
        }
        catch (Exception fault) when (fault is IOException or AuthenticationException)
        {
            return new MachineAnswer.NotThere($"breaks the connection off: {fault.Message}");
        }
    }

    private static async Task<MachineAnswer> GreetAsync(NetworkStream stream, Machine machine, CancellationToken cancel)
    {
        await stream.WriteAsync(RdpGreeting.Request(), cancel);
        var head = new byte[4];
        await stream.ReadExactlyAsync(head, cancel);
        var length = RdpGreeting.LengthOf(head);
        if (length == 0) return new MachineAnswer.NotThere("what answers there is no RDP server");
        var reply = new byte[length];
        head.CopyTo(reply, 0);
        await stream.ReadExactlyAsync(reply.AsMemory(head.Length), cancel);
        return RdpGreeting.Read(reply) switch
        {
            RdpReply.Tls(var nla) => await CertificateAsync(stream, machine, nla, cancel),
            RdpReply.NoTls => new MachineAnswer.NotThere("its RDP server speaks without TLS: set its security layer to TLS"),
            RdpReply.Refused(var code) => new MachineAnswer.NotThere($"its RDP server refuses TLS, failure code {code}"),
            _ => new MachineAnswer.NotThere("what answers there is no RDP server"),
        };
    }

    private static async Task<MachineAnswer> CertificateAsync(NetworkStream stream, Machine machine, bool nla, CancellationToken cancel)
    {
        var shown = "";
        // Such certificates are the machines' own: what counts is that it is the declared one, and that the machine holds its key.
        await using var tls = new SslStream(stream, leaveInnerStreamOpen: true, (_, certificate, _, _) =>
        {
            shown = certificate is null ? "" : Convert.ToHexStringLower(SHA256.HashData(certificate.GetRawCertData()));
            return shown == machine.CertificateSha256;
        });
        try
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = machine.Address }, cancel);
            return new MachineAnswer.Ready(nla);
        }
        catch (AuthenticationException) when (shown.Length > 0 && shown != machine.CertificateSha256)
        {
            return new MachineAnswer.OtherCertificate(shown);
        }
    }
}
