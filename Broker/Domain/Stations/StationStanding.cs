using VdiBroker.Kernel;

namespace VdiBroker.Stations;

/// <summary>What was decided of a station's name. A name of which nothing was decided is admitted with any certificate of the city's authority.</summary>
/// <param name="Station">The name in its certificates.</param>
/// <param name="Revoked">No certificate of that name is admitted.</param>
/// <param name="At">When it was decided, by the store's clock.</param>
public sealed record StationStanding(StationId Station, bool Revoked, DateTimeOffset At)
{
    /// <summary>The only certificate that is admitted: SHA-256 of it (DER), 64 lower-case hexadecimal digits; null = any of that name. A certificate that was stolen stays out when its name is given to a new machine.</summary>
    public string? Certificate { get; init; }

    /// <summary>Who decided it; empty = not known.</summary>
    public string By { get; init; } = "";

    /// <summary>Why, in the operator's words; may be empty.</summary>
    public string Why { get; init; } = "";

    /// <summary>Whether who shows this certificate may call.</summary>
    /// <param name="certificate">SHA-256 of the certificate, as <see cref="Certificate"/>.</param>
    public bool Admits(string certificate) => !Revoked && (Certificate is null || Certificate == certificate);
}
