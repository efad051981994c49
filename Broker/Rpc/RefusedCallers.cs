using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using VdiBroker.Trust;

namespace VdiBroker.Rpc;

/// <summary>
/// Says in the log whose certificate was refused at the handshake, and why: at the desk that is "no broker answers", and nothing else would tell one from the other. A line in a minute for each name at most, and what names there are
/// is anybody's choice who reaches the port: those without a name of a city share theirs.
/// </summary>
internal sealed class RefusedCallers(TimeProvider time, ILogger<RefusedCallers> logger)
{
    private const string Nameless = "";
    private static readonly TimeSpan _each = TimeSpan.FromMinutes(1);

    // Whoever makes up names fills the log by no more than this in a minute.
    private const int LinesAtOnce = 60;
    private readonly PeerPace _ofOne = new(1, _each, time);
    private readonly PeerPace _ofAll = new(LinesAtOnce, TimeSpan.FromSeconds(1), time);

    /// <summary>A certificate was refused.</summary>
    /// <param name="shown">It.</param>
    /// <param name="chain">As it was built; null = there was none.</param>
    public void Tell(X509Certificate2 shown, X509Chain? chain)
    {
        var name = NameIn(shown);
        if (_ofAll.Wait(Nameless) is not null || _ofOne.Take(name ?? Nameless) is not null) return;
        _ofAll.Count(Nameless);
        RpcLog.CertificateRefused(logger, name ?? $"a certificate without a name, SHA-256 {CertificateDigest.Of(shown)}", WhyNot(shown, chain));
    }

    private string WhyNot(X509Certificate2 shown, X509Chain? chain)
    {
        var faults = (chain?.ChainStatus ?? []).Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status);
        if (chain is null || (faults & (X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.UntrustedRoot)) != 0) return "it is of none of the authorities that this broker trusts";
        if ((faults & X509ChainStatusFlags.NotTimeValid) != 0) return WhenNot(shown);
        if ((faults & X509ChainStatusFlags.NotValidForUsage) != 0) return "it is not for callers (client authentication)";
        return faults == X509ChainStatusFlags.NoError ? "the authority for stations signed it, and it names no station" : $"its chain does not hold: {faults}";
    }

    private string WhenNot(X509Certificate2 shown)
    {
        var now = time.GetUtcNow();
        var (from, until) = (new DateTimeOffset(shown.NotBefore).ToUniversalTime(), new DateTimeOffset(shown.NotAfter).ToUniversalTime());
        return now > until ? string.Create(CultureInfo.InvariantCulture, $"it expired on {until:yyyy-MM-dd HH:mm} UTC")
            : now < from ? string.Create(CultureInfo.InvariantCulture, $"it holds from {from:yyyy-MM-dd HH:mm} UTC only: look at the clocks")
            : "the authority that signed it has expired";
    }

    // Of a certificate that nobody vouches for: it may be malformed, and only what has the form of a name goes into the log.
    private static string? NameIn(X509Certificate2 shown)
    {
        try
        {
            return PeerName.Of(shown)?.Uri;
        }
        catch (AsnContentException)
        {
            return null;
        }
    }
}
