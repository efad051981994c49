using System.Globalization;
using System.Security.Cryptography.X509Certificates;

namespace VdiBroker.Checks;

/// <summary>How long a certificate is still good: the same judgement wherever one is met.</summary>
internal static class CertificateCheck
{
    private static readonly TimeSpan Soon = TimeSpan.FromDays(30);

    /// <summary>Judges the dates.</summary>
    /// <param name="what">What the certificate belongs to.</param>
    /// <param name="where">Its file, or the server that shows it.</param>
    /// <param name="certificate">The certificate.</param>
    /// <param name="now">The instant.</param>
    /// <param name="remedy">How it is renewed.</param>
    public static CheckFinding Dates(string what, string where, X509Certificate2 certificate, DateTimeOffset now, string remedy)
    {
        var (from, until) = (new DateTimeOffset(certificate.NotBefore), new DateTimeOffset(certificate.NotAfter));
        var span = string.Create(CultureInfo.InvariantCulture, $"its certificate holds from {from:yyyy-MM-dd} to {until:yyyy-MM-dd}");
        if (now > until) return CheckFinding.Bad(what, where, $"{span}: it has ended", remedy);
        if (now < from) return CheckFinding.Bad(what, where, $"{span}: not yet", "look at this machine's clock");
        return until - now < Soon
            ? CheckFinding.Warning(what, where, string.Create(CultureInfo.InvariantCulture, $"{span}: {(until - now).Days} days are left"), remedy)
            : CheckFinding.Good(what, where, span);
    }
}
