using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace VdiBroker.Directory;

/// <summary>
/// Finds out in words why a connection could not be made, by making one with .NET's own TLS: libldap on Debian says "unavailable" for a
/// closed port and a strange certificate alike. Only after a failure; nothing is sent but the handshake.
/// </summary>
internal static class ServerInspection
{
    /// <summary>The cause, for operators.</summary>
    /// <param name="server">An ldaps address.</param>
    /// <param name="caFile">The CA that its certificate must be signed by.</param>
    /// <param name="limit">Longest wait for each step.</param>
    public static string Explain(Uri server, string caFile, TimeSpan limit)
    {
        var verdict = "";
        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            socket.SendTimeout = socket.ReceiveTimeout = (int)limit.TotalMilliseconds;
            socket.Connect(server.DnsSafeHost, server.Port);
            using var stream = new SslStream(new NetworkStream(socket), leaveInnerStreamOpen: false, (_, certificate, _, errors) =>
            {
                verdict = certificate is X509Certificate2 shown ? Judge(shown, errors, server, caFile) : "it shows no certificate";
                return verdict.Length == 0;
            });
            stream.AuthenticateAsClient(server.DnsSafeHost);
            return "the connection was lost";
        }
        catch (SocketException fault)
        {
            return fault.SocketErrorCode switch
            {
                SocketError.ConnectionRefused => "nothing listens there (connection refused)",
                SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => "its name is not known",
                _ => $"cannot be connected ({fault.SocketErrorCode})",
            };
        }
        catch (System.Security.Authentication.AuthenticationException) when (verdict.Length > 0)
        {
            return verdict;
        }
        catch (Exception fault) when (fault is IOException or System.Security.Authentication.AuthenticationException)
        {
            return "it speaks no TLS that is understood here";
        }
    }

    private static string Judge(X509Certificate2 shown, SslPolicyErrors errors, Uri server, string caFile)
    {
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)) return $"its certificate is for other names than {server.DnsSafeHost}";
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        try
        {
            chain.ChainPolicy.CustomTrustStore.ImportFromPemFile(caFile);
        }
        catch (Exception fault) when (fault is IOException or CryptographicException or UnauthorizedAccessException)
        {
            return $"the CA file {caFile} cannot be read";
        }
        if (chain.Build(shown)) return "";
        if (chain.ChainStatus.Any(status => status.Status == X509ChainStatusFlags.NotTimeValid))
            return string.Create(CultureInfo.InvariantCulture, $"its certificate holds from {shown.NotBefore:yyyy-MM-dd} to {shown.NotAfter:yyyy-MM-dd}, not now");
        return $"its certificate is not signed by {caFile}";
    }
}
