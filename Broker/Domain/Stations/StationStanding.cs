using VdiBroker.Kernel;

namespace VdiBroker.Stations;

/// <summary>What was decided of a station's name. A name of which nothing was decided is admitted with any certificate of the city's authority.</summary>
/// <param name="Station">The name in its certificates.</param>
/// <param name="Revoked">No certificate of that name is admitted.</param>
/// <param name="At">When it was last changed, by the store's clock, to the millisecond; later with each change, so of two standings of one station the one with the later is the newer (<see cref="InPlaceOf"/>).</param>
public sealed record StationStanding(StationId Station, bool Revoked, DateTimeOffset At)
{
    private static readonly TimeSpan _least = TimeSpan.FromMilliseconds(1);

    /// <summary>The only certificate that is admitted: SHA-256 of it (DER), 64 lower-case hexadecimal digits; null = any of that name. A certificate that was stolen stays out when its name is given to a new machine.</summary>
    public string? Certificate { get; init; }

    /// <summary>The certificate that was given by renewal and that nobody has shown yet: admitted beside <see cref="Certificate"/> until it is shown for the first time; null = none.</summary>
    public RenewedCertificate? Next { get; init; }

    /// <summary>The certificate that the last renewal has put out of use: who still shows it holds a copy, or was restored from one; null = none.</summary>
    public string? Former { get; init; }

    /// <summary>Where it was put when it was accepted; null = it was not accepted by an enrolment, its place is by its name.</summary>
    public StationHome? Home { get; init; }

    /// <summary>When it was decided, where the station itself has changed it since by renewing; null = <see cref="At"/>.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>When it was decided, by the store's clock.</summary>
    public DateTimeOffset DecidedAt => Since ?? At;

    /// <summary>Who decided it; empty = not known.</summary>
    public string By { get; init; } = "";

    /// <summary>Why, in the operator's words; may be empty.</summary>
    public string Why { get; init; } = "";

    /// <summary>What was decided cannot be read any more, so nobody knows whether the name was revoked or which certificate is its own: nobody is admitted. <see cref="Why"/> says what is wrong.</summary>
    public bool IsUnreadable { get; init; }

    /// <summary>Of a name whose decision cannot be read.</summary>
    /// <param name="station">The name.</param>
    /// <param name="at">When it was decided, where at least that can be read; else before every decision.</param>
    /// <param name="why">What is wrong.</param>
    public static StationStanding Unreadable(StationId station, DateTimeOffset at, string why) => new(station, Revoked: true, at) { IsUnreadable = true, Why = why };

    /// <summary>Whether who shows this certificate may call.</summary>
    /// <param name="certificate">SHA-256 of the certificate, as <see cref="Certificate"/>.</param>
    public bool Admits(string certificate) => !Revoked && (Certificate is null || Certificate == certificate || Next?.Certificate == certificate);

    /// <summary>Whether a stream that this certificate had opened ends only to be opened anew: the station itself has just begun to show its next one.</summary>
    public bool Replaced(string certificate) => !Revoked && Former == certificate;

    /// <summary>As it takes the place of another one: later than that, also where the clock was put back.</summary>
    /// <param name="before">What stood there; null = nothing.</param>
    /// <param name="now">By the store's clock.</param>
    public StationStanding InPlaceOf(StationStanding? before, DateTimeOffset now) => this with { IsUnreadable = false, At = before is null || now > before.At ? now : before.At + _least };

    /// <summary>Whether the other one, of the same station, is what stood before this, or this very one where it cannot be read.</summary>
    public bool IsNewerThan(StationStanding other) => At > other.At || (At == other.At && other.IsUnreadable && !IsUnreadable);

    /// <summary>The next certificate was shown: it is the only one from now on.</summary>
    /// <returns>Null: nothing changes.</returns>
    public StationStanding? Shown(string certificate) => Next?.Certificate == certificate ? this with { Certificate = certificate, Former = Certificate, Next = null, Since = DecidedAt } : null;
}

/// <summary>A certificate on its way to a station that renews.</summary>
/// <param name="Certificate">SHA-256 of it, as <see cref="StationStanding.Certificate"/>.</param>
/// <param name="Key">SHA-256 of its public key (SubjectPublicKeyInfo), 64 lower-case hexadecimal digits: whoever holds that key may fetch it again.</param>
/// <param name="Pem">The certificate.</param>
public sealed record RenewedCertificate(string Certificate, string Key, string Pem);

/// <summary>What an accepted station is and where it stands, as whoever accepted it said.</summary>
/// <param name="Place">Id of a place of the city file.</param>
/// <param name="Kind">desk, classroom, public or care.</param>
/// <param name="Model">What the station says of its hardware; may be empty.</param>
/// <param name="Cards">Hardware addresses of its network cards, as it says.</param>
/// <param name="AcceptedAt">When, by the store's clock.</param>
/// <param name="AcceptedBy">By whom.</param>
public sealed record StationHome(string Place, string Kind, string Model, string Cards, DateTimeOffset AcceptedAt, string AcceptedBy);
