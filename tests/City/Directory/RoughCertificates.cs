using System.Security.Cryptography.X509Certificates;

namespace VdiBroker.City.Directory;

/// <summary>The good certificate of a rough server and the bad ones.</summary>
internal sealed class RoughCertificates(DirectoryAuthority authority, string address) : IDisposable
{
    private readonly Lazy<X509Certificate2> _good = new(() => authority.Server(address));
    private readonly Lazy<X509Certificate2> _otherCa = new(() =>
    {
        using var stranger = DirectoryAuthority.Make(Path.Combine(Path.GetDirectoryName(authority.CaFile)!, "stranger"));
        return stranger.Server(address);
    });
    private readonly Lazy<X509Certificate2> _otherName = new(() => authority.Server("127.0.0.99"));
    private readonly Lazy<X509Certificate2> _expired = new(() => authority.Server(address, TimeSpan.FromDays(-30), TimeSpan.FromDays(-1)));
    private readonly Lazy<X509Certificate2> _early = new(() => authority.Server(address, TimeSpan.FromDays(1)));
    private readonly Lazy<X509Certificate2> _selfSigned = new(() => DirectoryAuthority.SelfSigned(address));

    public X509Certificate2 For(ConnectionManner manner) => (manner switch
    {
        ConnectionManner.CertificateOfAnotherCa => _otherCa,
        ConnectionManner.CertificateForAnotherName => _otherName,
        ConnectionManner.CertificateExpired => _expired,
        ConnectionManner.CertificateNotYetValid => _early,
        ConnectionManner.CertificateSelfSigned => _selfSigned,
        _ => _good,
    }).Value;

    public void Dispose()
    {
        foreach (var made in ((Lazy<X509Certificate2>[])[_good, _otherCa, _otherName, _expired, _early, _selfSigned]).Where(one => one.IsValueCreated))
            made.Value.Dispose();
    }
}
