namespace VdiBroker.City.Directory;

/// <summary>The three PEM files that a TLS server of the city needs.</summary>
/// <param name="CaFile">The certificate that signed the server's.</param>
/// <param name="CertificateFile">The server's certificate.</param>
/// <param name="KeyFile">The server's private key.</param>
public sealed record DirectoryTls(string CaFile, string CertificateFile, string KeyFile)
{
    /// <summary>Makes a CA of its own and a certificate for <paramref name="address"/>, for tests without the city's CA.</summary>
    /// <param name="directory">Takes ca.crt, server.crt, server.key; made when absent.</param>
    /// <param name="address">The server's IP address, in the certificate's alternative names.</param>
    public static DirectoryTls Make(string directory, string address)
    {
        using var authority = DirectoryAuthority.Make(directory);
        return authority.IssueServer(directory, address);
    }
}
