using System.Collections.Immutable;
using VdiBroker.Hosts;

namespace VdiBroker.Pools;

/// <summary>A host as placement sees it.</summary>
/// <param name="Host">What was declared.</param>
/// <param name="Health">The judgement on it.</param>
/// <param name="Observation">What its agent last said; null only when never seen.</param>
/// <param name="SeatHolders">Account names that hold a seat in the ledger.</param>
public sealed record HostChoice(SessionHost Host, HostHealth Health, HostObservation? Observation, ImmutableHashSet<string> SeatHolders)
{
    // Worked out once: whoever is seated afterwards changes it by one.
    private (ImmutableHashSet<string> Strays, int Promised) Beside { get; init; } = Compare(Observation, SeatHolders);

    /// <summary>Accounts whose session runs there although the ledger gave them no seat (a store that was emptied, a logon from before).</summary>
    public ImmutableHashSet<string> Strays => Beside.Strays;

    /// <summary>It is being drained, or out of service: it takes no new person.</summary>
    public bool Draining { get; init; }

    /// <summary>Seats in use, by the ledger and by strays.</summary>
    public int Taken => SeatHolders.Count + Strays.Count;

    /// <summary>Seats that were given and whose session the last observation did not show yet: its load and memory do not count them.</summary>
    public int Promised => Beside.Promised;

    /// <summary>The same host when this account has taken a seat.</summary>
    public HostChoice With(string user) => SeatHolders.Contains(user) ? this
        : this with { SeatHolders = SeatHolders.Add(user), Beside = (Strays.Remove(user), Promised + (Shows(user) ? 0 : 1)) };

    /// <summary>The same host when this account's seat is given up.</summary>
    public HostChoice Without(string user) => !SeatHolders.Contains(user) ? this
        : this with { SeatHolders = SeatHolders.Remove(user), Beside = Shows(user) ? (Strays.Add(user), Promised) : (Strays, Promised - 1) };

    /// <summary>True when it may be given to somebody who has nothing there: for the first look; a placement judges for one person.</summary>
    public bool IsGiven => Health.Reports() && !Draining;

    /// <summary>Seats that nobody uses; 0 where strays use more than there are.</summary>
    public int Free => Math.Max(0, Host.Seats - Taken);

    /// <summary>
    /// How many seats the ledger may hold there when <paramref name="user"/> takes one: those declared less those that strays use. No limit for
    /// somebody whose own stray session runs there: they use the seat already.
    /// </summary>
    public int SeatsFor(string user) => CarriesForgotten(user) ? int.MaxValue : Math.Max(0, Host.Seats - Strays.Count);

    /// <summary>
    /// True when a session of this account runs there that the ledger does not know. A host that claims more of them than it has seats is not
    /// believed: it would draw everybody to itself.
    /// </summary>
    public bool CarriesForgotten(string user) => Strays.Count <= Host.Seats && Strays.Contains(user);

    private bool Shows(string user) => Observation?.Sessions.Any(seen => seen.User == user) == true;

    private static (ImmutableHashSet<string> Strays, int Promised) Compare(HostObservation? observation, ImmutableHashSet<string> holders)
    {
        if (observation is null) return ([], holders.Count);
        var (seen, strays, promised) = (new HashSet<string>(observation.Sessions.Length, StringComparer.Ordinal), ImmutableHashSet<string>.Empty, holders.Count);
        foreach (var session in observation.Sessions)
        {
            // One account may be there twice.
            if (!seen.Add(session.User)) continue;
            if (holders.Contains(session.User)) promised--;
            else strays = strays.Add(session.User);
        }
        return (strays, promised);
    }
}
