namespace VdiBroker.Stations;

/// <summary>What becomes of a station's wish for a fresh certificate. Closed.</summary>
/// <remarks>
/// One key at a time is let through from each certificate. A disk that was copied holds the same certificate twice: whichever of the two renews first goes on, the other one's key is not the one that was signed, so it gets nothing,
/// and as soon as the new certificate is shown the old one is refused. A broker cannot tell the copy from the original; that there are two is what it can tell, and tells.
/// </remarks>
public abstract record RenewalDecision
{
    private RenewalDecision()
    {
    }

    /// <summary>Sign this key.</summary>
    public sealed record Sign : RenewalDecision;

    /// <summary>It was signed already and the answer was lost: the same certificate again.</summary>
    public sealed record Again(string Pem) : RenewalDecision;

    /// <summary>The caller shows a certificate of this very key: it has what it asks for.</summary>
    public sealed record Held : RenewalDecision;

    /// <summary>More than half of its life is before the present certificate: nobody needs another so soon, and each costs a signature and a line in every log.</summary>
    public sealed record Early : RenewalDecision;

    /// <summary>Another key was signed for this certificate and has not been shown yet: two machines hold it.</summary>
    public sealed record Copied : RenewalDecision;
}

/// <summary>Decides it.</summary>
public static class Renewal
{
    /// <summary>Decides for one that is admitted.</summary>
    /// <param name="standing">What was decided of its name; null = nothing.</param>
    /// <param name="shown">The certificate that it shows.</param>
    /// <param name="wanted">SHA-256 of the key that it wants signed, 64 lower-case hexadecimal digits.</param>
    /// <param name="now">The instant.</param>
    public static RenewalDecision Decide(StationStanding? standing, ShownCertificate shown, string wanted, DateTimeOffset now)
    {
        if (shown.Key == wanted) return new RenewalDecision.Held();
        if (standing?.Next is { } next) return next.Key == wanted ? new RenewalDecision.Again(next.Pem) : new RenewalDecision.Copied();
        return now < shown.From + ((shown.Until - shown.From) / 2) ? new RenewalDecision.Early() : new RenewalDecision.Sign();
    }
}

/// <summary>The certificate of a call.</summary>
/// <param name="Key">SHA-256 of its public key, 64 lower-case hexadecimal digits.</param>
/// <param name="From">It holds from then.</param>
/// <param name="Until">To then.</param>
public sealed record ShownCertificate(string Key, DateTimeOffset From, DateTimeOffset Until);
