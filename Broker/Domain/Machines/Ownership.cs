using System.Collections.Immutable;
using VdiBroker.Kernel;

namespace VdiBroker.Machines;

/// <summary>Whose machine is which. A session that runs goes before both: it is where the person's programs are.</summary>
public static class Ownership
{
    /// <summary>The person's machine in a pool: what was assigned to them, else what the city file declares as theirs.</summary>
    /// <param name="person">Who.</param>
    /// <param name="machines">The pool's machines.</param>
    /// <param name="assigned">By <c>broker assignment</c>; null = nothing. A machine that the pool has no more counts for nothing.</param>
    /// <returns>Null when they have none.</returns>
    public static Machine? MachineOf(PersonId person, ImmutableArray<Machine> machines, HostId? assigned) =>
        machines.FirstOrDefault(machine => machine.Id == assigned) ?? machines.FirstOrDefault(machine => machine.Owners.Contains(person));
}
