using VdiBroker.Kernel;

namespace VdiBroker.Pools;

/// <summary>What became of one host in a placement, and why.</summary>
public enum Verdict
{
    /// <summary>A session of the person's runs there that the ledger does not know: it goes before all others.</summary>
    CarriesThePerson,

    /// <summary>It may take the person; see the score.</summary>
    Offered,

    /// <summary>No agent has ever attached.</summary>
    NeverSeen,

    /// <summary>It is dead: its agent has been silent for long.</summary>
    Silent,

    /// <summary>The agent is expected back: the broker or its store has only just come back itself.</summary>
    Awaited,

    /// <summary>It carries the person's desktop of another pool; a host has one session for an account.</summary>
    CarriesOtherDesktop,

    /// <summary>Every seat is taken.</summary>
    Full,

    /// <summary>A rule of the pool keeps it from the station's people.</summary>
    NotFromHere,

    /// <summary>The person's own place is on another host (personal pools).</summary>
    NotTheirs,

    /// <summary>Every seat has an owner already (personal pools).</summary>
    Reserved,

    /// <summary>What answers at the machine's address is not the declared machine.</summary>
    Untrusted,

    /// <summary>It may take the person where no other can: its agent is late, or its stream was cut a moment ago.</summary>
    LastResort,

    /// <summary>It is being drained, or out of service.</summary>
    Draining,

    /// <summary>It is dead since a moment only: its agent may be on the way back.</summary>
    Missed,
}

/// <summary>One line of the reasons of a placement.</summary>
/// <param name="Host">The host.</param>
/// <param name="Verdict">What became of it.</param>
/// <param name="Score">By the pool's policy: the lower, the earlier; from 0. NaN when not offered.</param>
/// <param name="Taken">Seats in use.</param>
/// <param name="Seats">Seats declared.</param>
public sealed record Reason(HostId Host, Verdict Verdict, double Score, int Taken, int Seats)
{
    /// <summary>What the pool's rules say of it for this station.</summary>
    public Leaning Leaning { get; init; } = Leaning.Neither;

    /// <summary>The person may be seated there.</summary>
    public bool IsOffered => Verdict is Verdict.CarriesThePerson or Verdict.Offered or Verdict.LastResort;
}
