using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace VdiBroker.Shim.Configuration;

/// <summary>
/// Who the station is. By hand: a certificate and a key that somebody put there. Else a folder that the station keeps itself: <c>station.pem</c>, the certificate with its key in one file, so that there is never one without
/// the other; and <c>next.key</c>, a key that was made and is not certified yet. Both are written whole or not at all, for their owner alone.
/// </summary>
internal sealed class StationIdentity
{
    /// <summary>The folder where none is named.</summary>
    public const string UsualFolder = "/var/lib/vdi-station";

    private readonly string? _folder;
    private volatile X509Certificate2? _certificate;

    private StationIdentity(string? folder, X509Certificate2? certificate) => (_folder, _certificate) = (folder, certificate);

    /// <summary>The certificate with its private key; null = the station has none: it must be admitted first.</summary>
    public X509Certificate2? Certificate => _certificate;

    /// <summary>The station may take another one.</summary>
    public bool IsKeptHere => _folder is not null;

    private string Own => Path.Combine(_folder!, "station.pem");

    private string Next => Path.Combine(_folder!, "next.key");

    /// <summary>One that somebody put there; it is never replaced here.</summary>
    public static StationIdentity Of(X509Certificate2 certificate) => new(null, certificate);

    /// <summary>Of a folder.</summary>
    /// <param name="folder">It may hold nothing yet. A certificate that has ended, or cannot be read, is none.</param>
    /// <param name="why">Why it cannot be used.</param>
    /// <returns>Null: it is not there, or this account may not write there.</returns>
    public static StationIdentity? In(string folder, out string why)
    {
        why = "";
        var identity = new StationIdentity(folder, null);
        try
        {
            // What cannot be written then would be found out only when an administrator has admitted the station.
            File.WriteAllText(Path.Combine(folder, ".try"), "");
            File.Delete(Path.Combine(folder, ".try"));
            if (File.Exists(identity.Own)) identity._certificate = Read(identity.Own);
            return identity;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            why = fault.Message;
            return null;
        }
    }

    /// <summary>The key that waits for its certificate: made now, or the one that was made before a cut or a restart, so that whoever was asked about it still knows it.</summary>
    /// <exception cref="IOException">It cannot be kept.</exception>
    public ECDsa NextKey()
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        try
        {
            if (File.Exists(Next))
            {
                key.ImportFromPem(File.ReadAllText(Next));
                // Certified already: the power went between the two files.
                if (_certificate is not { } own || !own.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.ExportSubjectPublicKeyInfo())) return key;
                key.Dispose();
                key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            }
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException)
        {
            // A disk that was full, or worse: nobody can have certified it.
            key.Dispose();
            key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        }
        StateFile.Write(Next, key.ExportPkcs8PrivateKeyPem() + "\n");
        return key;
    }

    /// <summary>The station is who this certificate says, from now on.</summary>
    /// <param name="certificate">PEM, of <see cref="NextKey"/>.</param>
    /// <exception cref="CryptographicException">It is none, or of another key: nothing is changed.</exception>
    /// <exception cref="IOException">It cannot be kept: nothing is changed.</exception>
    public void Adopt(string certificate)
    {
        using var key = NextKey();
        var pem = key.ExportPkcs8PrivateKeyPem();
        var whole = X509Certificate2.CreateFromPem(certificate, pem);
        StateFile.Write(Own, $"{certificate.Trim()}\n{pem}\n");
        _certificate = whole;
        File.Delete(Next);
    }

    // One that has ended opens no door any more: the station asks to be admitted anew.
    private static X509Certificate2? Read(string path)
    {
        try
        {
            var certificate = X509Certificate2.CreateFromPemFile(path);
            return certificate.NotAfter > DateTime.Now ? certificate : null;
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException)
        {
            return null;
        }
    }
}
