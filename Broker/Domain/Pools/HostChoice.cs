using VdiBroker.Hosts;
using VdiBroker.Kernel;

namespace VdiBroker.Pools;

/// <summary>A host as placement sees it.</summary>
/// <param name="Host">What was declared.</param>
/// <param name="Health">The judgement on it.</param>
/// <param name="Observation">What its agent last said; null only when never seen.</param>
/// <param name="Seats">Who is there, in numbers.</param>
public sealed record HostChoice(SessionHost Host, HostHealth Health, HostObservation? Observation, SeatCount Seats)
{
    /// <summary>The account of whoever it was looked at for holds a seat there already, of whatever pool; false where it was looked at for nobody.</summary>
    public bool HoldsTheirs { get; init; }

    /// <summary>It is being drained, or out of service: it takes no new person.</summary>
    public bool Draining { get; init; }

    /// <summary>Seats in use, by the ledger and by strays.</summary>
    public int Taken => Seats.Taken;

    /// <summary>The same host when whoever it was looked at for has given up the seat that they hold there; their session does not run any more.</summary>
    public HostChoice WithoutTheirs() => HoldsTheirs ? this with { Seats = Seats.WithoutOne(), HoldsTheirs = false } : this;

    /// <summary>True when it may be given to somebody who has nothing there: for the first look; a placement judges for one person.</summary>
    public bool IsGiven => Health.Reports() && !Draining;

    /// <summary>Seats that nobody uses; 0 where strays use more than there are.</summary>
    public int Free => Math.Max(0, Host.Seats - Taken);

    /// <summary>
    /// How many seats the ledger may hold there when the account <paramref name="user"/> takes one: those declared less those that strays use. No limit for
    /// somebody whose own stray session runs there: they use the seat already.
    /// </summary>
    public int SeatsFor(string user, TenantId tenant) => CarriesForgotten(user, tenant) ? int.MaxValue : Math.Max(0, Host.Seats - Seats.Strays.Count);

    /// <summary>
    /// True when a session of this account runs there that the ledger does not know, and that is not known to be of another tenant's person. A host that claims more of them
    /// than it has seats is not believed: it would draw everybody to itself.
    /// </summary>
    public bool CarriesForgotten(string user, TenantId tenant) => Seats.Strays.Count <= Host.Seats && Seats.Strays.TryGetValue(user, out var whose) && (whose ?? tenant) == tenant;

    /// <summary>True when a session runs there under this account that is known to be of another tenant's person: whoever logs on there as that account gets it.</summary>
    public bool CarriesAnothers(string user, TenantId tenant) => Seats.Strays.TryGetValue(user, out var whose) && (whose ?? tenant) != tenant;
}
