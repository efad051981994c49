using System.Collections.Immutable;
using VdiBroker.Kernel;

namespace VdiBroker.Hosts;

/// <summary>The seats of a host in numbers: choosing a host costs the same with ten people on each and with a hundred.</summary>
/// <param name="Held">Seats that the ledger gave, from 0.</param>
/// <param name="Shown">Those whose session the last observation showed: its load and memory count them.</param>
/// <param name="Strays">Accounts whose session runs there although the ledger gave them no seat (a store that was emptied, a logon from before), each with the tenant of the person whom its agent let in; null = the agent does not know.</param>
public sealed record SeatCount(int Held, int Shown, ImmutableDictionary<string, TenantId?> Strays)
{
    /// <summary>Nobody is there.</summary>
    public static readonly SeatCount None = new(0, 0, ImmutableDictionary<string, TenantId?>.Empty);

    /// <summary>Seats in use, by the ledger and by strays.</summary>
    public int Taken => Held + Strays.Count;

    /// <summary>Seats that were given and whose session the last observation did not show yet: its load and memory do not count them.</summary>
    public int Promised => Math.Max(0, Held - Shown);

    /// <summary>When this account, which held none, has taken a seat.</summary>
    public SeatCount With(string user) => Strays.ContainsKey(user) ? new(Held + 1, Shown + 1, Strays.Remove(user)) : this with { Held = Held + 1 };

    /// <summary>When a seat was given up whose session does not run there any more.</summary>
    public SeatCount WithoutOne() => this with { Held = Held - 1, Shown = Math.Min(Shown, Held - 1) };
}
