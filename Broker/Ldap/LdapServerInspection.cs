using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace VdiBroker.Ldap;

/// <summary>
/// Finds out in words why a connection could not be made, by making one with .NET's own TLS: libldap on Debian says "unavailable" for a strange
/// certificate and for no TLS at all alike. Only after a failure; nothing is sent but the handshake.
/// </summary>
internal static class LdapServerInspection
{
    private const string NoStartTls = "StartTLS was refused";

    // ExtendedRequest 1.3.6.1.4.1.1466.20037 (StartTLS), message id 1.
    private static readonly byte[] _startTls = [0x30, 0x1d, 0x02, 0x01, 0x01, 0x77, 0x18, 0x80, 0x16, .. "1.3.6.1.4.1.1466.20037"u8];

    /// <summary>Tries the handshake and says what is wrong with it.</summary>
    /// <param name="server">A server that a connection with TLS has just failed to.</param>
    /// <param name="limit">Longest wait for each step.</param>
    /// <param name="memory">What is known of its certificate.</param>
    public static DirectoryOutOfReachException Explain(LdapServer server, TimeSpan limit, CertificateMemory? memory)
    {
        var verdict = "";
        try
        {
            Shake(server, limit, certificate => (verdict = certificate is null ? "it shows no certificate" : Judge(certificate, server, memory)).Length == 0);
            return Fault(Outage.Lost, "the connection was lost");
        }
        catch (AuthenticationException) when (verdict.Length > 0)
        {
            return Fault(Outage.Untrusted, verdict);
        }
        catch (SocketException fault)
        {
            return Fault(Outage.Lost, Words(fault.SocketErrorCode), fault);
        }
        catch (Exception fault) when (fault is ObjectDisposedException or IOException { InnerException: ObjectDisposedException })
        {
            return Fault(Outage.Silent, "it speaks, but never to an end", fault);
        }
        catch (IOException fault) when (fault.InnerException is SocketException { SocketErrorCode: SocketError.TimedOut or SocketError.WouldBlock })
        {
            return Fault(Outage.Silent, string.Create(CultureInfo.InvariantCulture, $"it does not answer within {limit.TotalSeconds:0.##} s"), fault);
        }
        catch (Exception fault) when (fault is IOException or AuthenticationException)
        {
            return Fault(Outage.Lost, fault.Message == NoStartTls ? "it refuses StartTLS: has it a certificate?" : "it speaks no TLS that is understood here", fault);
        }

        DirectoryOutOfReachException Fault(Outage outage, string cause, Exception? inner = null) => new(outage, $"{server.Origin}: {cause}", inner);
    }

    /// <summary>Makes one TLS handshake with a server, and nothing more.</summary>
    /// <param name="server">Any server with TLS.</param>
    /// <param name="limit">Longest wait for each step.</param>
    /// <param name="trusts">Asked about the certificate that it shows, null when there is none.</param>
    /// <exception cref="SocketException">It cannot be connected.</exception>
    /// <exception cref="IOException">It answers nothing that could be a handshake, or not in time.</exception>
    /// <exception cref="AuthenticationException">It speaks another TLS, or was not trusted.</exception>
    public static void Shake(LdapServer server, TimeSpan limit, Func<X509Certificate2?, bool> trusts)
    {
        using var socket = new Socket(new SafeSocketHandle(LdapSocket.Connect(server.Address.DnsSafeHost, server.Port, limit), ownsHandle: true));
        socket.SendTimeout = socket.ReceiveTimeout = (int)limit.TotalMilliseconds;
        using var plain = new NetworkStream(socket);
        // The time limits above are for each read: drop by drop a handshake would last for ever.
        using var alarm = new Timer(_ => socket.Dispose(), null, 2 * limit, Timeout.InfiniteTimeSpan);
        if (server.Security == LdapSecurity.StartTls) AskForTls(plain);
        using var stream = new SslStream(plain, leaveInnerStreamOpen: false, (_, certificate, _, _) => trusts(certificate as X509Certificate2));
        stream.AuthenticateAsClient(new SslClientAuthenticationOptions { TargetHost = server.Address.DnsSafeHost, CertificateRevocationCheckMode = X509RevocationMode.NoCheck });
    }

    private static string Judge(X509Certificate2 shown, LdapServer server, CertificateMemory? memory)
    {
        string verdict;
        try
        {
            verdict = Judge(shown, server);
        }
        catch (CryptographicException)
        {
            // Whoever answers there made it: names that are none, for instance.
            verdict = "its certificate cannot be read";
        }
        return verdict.Length > 0 && memory?.Difference(shown) is { } change ? $"certificate of {server.Address.DnsSafeHost} changed: {change}; {verdict}" : verdict;
    }

    // What is wrong with a certificate for this server; empty = nothing.
    private static string Judge(X509Certificate2 shown, LdapServer server)
    {
        if (!shown.MatchesHostname(server.Address.DnsSafeHost)) return $"its certificate is for other names than {server.Address.DnsSafeHost}";
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        try
        {
            chain.ChainPolicy.CustomTrustStore.ImportFromPemFile(server.CaFile ?? "");
        }
        catch (Exception fault) when (fault is IOException or CryptographicException or UnauthorizedAccessException or ArgumentException)
        {
            return $"the CA file {server.CaFile} cannot be read";
        }
        if (chain.Build(shown)) return "";
        if (chain.ChainStatus.Any(status => status.Status == X509ChainStatusFlags.NotTimeValid))
            return string.Create(CultureInfo.InvariantCulture, $"its certificate holds from {shown.NotBefore:yyyy-MM-dd} to {shown.NotAfter:yyyy-MM-dd}, not now");
        return $"its certificate is not signed by {server.CaFile}";
    }

    /// <summary>Which of a server's files TLS could not be set up with.</summary>
    public static string UnreadableFile(LdapServer server)
    {
        if (!IsReadable(server.CaFile)) return $"the CA file {server.CaFile} cannot be read";
        if (server.CertificateFile is { } certificate && !IsReadable(certificate)) return $"the client certificate {certificate} cannot be read";
        if (server.KeyFile is { } key && !IsReadable(key)) return $"the client key {key} cannot be read";
        return server.CertificateFile is null ? $"the CA file {server.CaFile} holds no certificate" : $"the CA file {server.CaFile} holds no certificate, or client certificate and key do not belong together";
    }

    /// <summary>A socket's error in words.</summary>
    public static string Words(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => "nothing listens there (connection refused)",
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => "its name is not known",
        _ => $"cannot be connected ({error})",
    };

    private static void AskForTls(NetworkStream plain)
    {
        plain.Write(_startTls);
        var answer = new byte[256];
        var read = plain.ReadAtLeast(answer, 2, throwOnEndOfStream: true);
        // LDAPMessage { messageID 1, ExtendedResponse { resultCode ENUMERATED 0 … } }: anything else is no.
        var at = answer.AsSpan(0, read).IndexOf([(byte)0x0a, (byte)0x01]);
        if (at < 0 || at + 2 >= read || answer[at + 2] != 0) throw new AuthenticationException(NoStartTls);
    }

    private static bool IsReadable(string? file)
    {
        try
        {
            using var opened = File.OpenRead(file ?? "");
            return true;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
    }
}
