using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace VdiBroker.Trust;

/// <summary>
/// An authority of the city: its own for a first installation, or the one for stations alone that brokers hold. P-256 keys in PEM files, readable by their owner only. It signs nothing but
/// leaf certificates.
/// </summary>
internal sealed class CityAuthority : IDisposable
{
    private const string ServerUse = "1.3.6.1.5.5.7.3.1";
    private const string ClientUse = "1.3.6.1.5.5.7.3.2";
    private static readonly TimeSpan _clockTolerance = TimeSpan.FromMinutes(5);
    private readonly X509Certificate2 _certificate;
    private readonly TimeProvider _time;

    private CityAuthority(string city, X509Certificate2 certificate, TimeProvider time)
    {
        City = city;
        _certificate = certificate;
        _time = time;
    }

    /// <summary>The city whose names it signs.</summary>
    public string City { get; }

    /// <summary>Makes a new authority: <c>ca.crt</c> and <c>ca.key</c> in <paramref name="directory"/>, valid for ten years.</summary>
    /// <param name="directory">Takes the two files.</param>
    /// <param name="city">The city's name.</param>
    /// <param name="time">Says when it begins.</param>
    /// <param name="forStations">It is named as the one for stations: of two authorities of the same name nobody could tell which signed what.</param>
    /// <exception cref="IOException">There is one already: it is never overwritten.</exception>
    public static void Create(string directory, string city, TimeProvider time, bool forStations = false)
    {
        if (!PeerName.IsName(city)) throw new ArgumentException($"city name '{city}': use lower-case letters, digits and hyphens, 1 to 63", nameof(city));
        System.IO.Directory.CreateDirectory(directory);
        var (certificateFile, keyFile) = FilesIn(directory);
        if (File.Exists(keyFile)) throw new IOException($"{keyFile} exists already: a city has one authority; choose another directory or move it away");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(new X500DistinguishedName($"CN={city} VdiBroker {(forStations ? "stations " : "")}CA, O={city}"), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var now = time.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now - _clockTolerance, now.AddYears(10));
        PemFiles.WriteSecret(keyFile, key.ExportPkcs8PrivateKeyPem());
        PemFiles.WritePublic(certificateFile, certificate.ExportCertificatePem());
    }

    /// <summary>Opens the authority in <paramref name="directory"/>.</summary>
    /// <exception cref="IOException">There is none, or it is not readable.</exception>
    public static CityAuthority Open(string directory, TimeProvider time)
    {
        var (certificateFile, keyFile) = FilesIn(directory);
        if (!File.Exists(keyFile)) throw new IOException($"{keyFile} is not there: make an authority with 'broker ca init --dir {directory} --city NAME'");
        return Open(certificateFile, keyFile, time);
    }

    /// <summary>Opens the authority of two files.</summary>
    /// <exception cref="IOException">One is not there, or is not readable.</exception>
    /// <exception cref="CryptographicException">They do not hold a certificate and its key.</exception>
    public static CityAuthority Open(string certificateFile, string keyFile, TimeProvider time)
    {
        var certificate = X509Certificate2.CreateFromPemFile(certificateFile, keyFile);
        var city = certificate.Subject.Split(", ").First(part => part.StartsWith("O=", StringComparison.Ordinal))[2..];
        return new CityAuthority(city, certificate, time);
    }

    /// <summary>Signs a certificate for one peer and writes <c>name.crt</c> and <c>name.key</c> into <paramref name="directory"/>.</summary>
    /// <param name="kind">What it is for.</param>
    /// <param name="name">The peer's name.</param>
    /// <param name="dnsNames">Host names under which a server is reached.</param>
    /// <param name="addresses">IP addresses under which a server is reached.</param>
    /// <param name="days">How long it is valid, 1 to 825.</param>
    /// <param name="directory">Where the two files go; those of the same name are replaced.</param>
    public void Issue(PeerKind kind, string name, IEnumerable<string> dnsNames, IEnumerable<IPAddress> addresses, int days, string directory)
    {
        if (!PeerName.IsName(name)) throw new ArgumentException($"name '{name}': use lower-case letters, digits and hyphens, 1 to 63", nameof(name));
        if (days is < 1 or > 825) throw new ArgumentException($"days {days}: use 1 to 825", nameof(days));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var signed = Sign(new PublicKey(key), new PeerName(City, kind, name), (dnsNames, addresses), TimeSpan.FromDays(days));
        System.IO.Directory.CreateDirectory(directory);
        PemFiles.WriteSecret(Path.Combine(directory, name + ".key"), key.ExportPkcs8PrivateKeyPem());
        PemFiles.WritePublic(Path.Combine(directory, name + ".crt"), signed.ExportCertificatePem());
    }

    /// <summary>Signs a key that somebody else holds, as a station's.</summary>
    /// <param name="key">P-256; whoever asks has proved that it is theirs.</param>
    /// <param name="name">The station's name.</param>
    /// <param name="valid">How long the certificate holds; not longer than the authority's own.</param>
    public X509Certificate2 SignStation(PublicKey key, string name, TimeSpan valid) => Sign(key, new PeerName(City, PeerKind.Station, name), ([], []), valid);

    private X509Certificate2 Sign(PublicKey key, PeerName peer, (IEnumerable<string> Dns, IEnumerable<IPAddress> Addresses) reached, TimeSpan valid)
    {
        var request = new CertificateRequest(new X500DistinguishedName($"CN={peer.Name}, O={City}"), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(UsesOf(peer.Kind), false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_certificate, true, false));
        request.CertificateExtensions.Add(NamesOf(peer, reached.Dns, reached.Addresses));
        // Nothing that it signs is good before or after itself: in its last years it signs for shorter, and does not fail.
        var (now, own) = (_time.GetUtcNow(), (From: new DateTimeOffset(_certificate.NotBefore), Until: new DateTimeOffset(_certificate.NotAfter)));
        var (from, until) = (now - _clockTolerance, now + valid);
        return request.Create(_certificate, from < own.From ? own.From : from, until > own.Until ? own.Until : until, RandomNumberGenerator.GetBytes(16));
    }

    /// <inheritdoc/>
    public void Dispose() => _certificate.Dispose();

    private static X509Extension NamesOf(PeerName peer, IEnumerable<string> dnsNames, IEnumerable<IPAddress> addresses)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri(peer.Uri));
        foreach (var dns in dnsNames) names.AddDnsName(dns);
        foreach (var address in addresses) names.AddIpAddress(address);
        return names.Build();
    }

    private static OidCollection UsesOf(PeerKind kind) => kind switch
    {
        PeerKind.Station or PeerKind.Host or PeerKind.Operator => [new Oid(ClientUse)],
        PeerKind.Broker => [new Oid(ServerUse), new Oid(ClientUse)],
        _ => [new Oid(ServerUse)],
    };

    private static (string Certificate, string Key) FilesIn(string directory) => (Path.Combine(directory, "ca.crt"), Path.Combine(directory, "ca.key"));
}
