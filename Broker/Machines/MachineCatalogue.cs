using System.Collections.Frozen;
using VdiBroker.Hosts;
using VdiBroker.Kernel;

namespace VdiBroker.Machines;

/// <summary>All declared machines, whatever their pool.</summary>
internal sealed record MachineCatalogue(FrozenDictionary<HostId, Machine> Machines)
{
    /// <summary>None.</summary>
    public static readonly MachineCatalogue None = new(FrozenDictionary<HostId, Machine>.Empty);

    /// <summary>Of these; of two with one name (a fault of the city file) the first.</summary>
    public static MachineCatalogue Of(IEnumerable<Machine> machines) => new(machines.DistinctBy(machine => machine.Id).ToFrozenDictionary(machine => machine.Id));

    /// <summary>The machine of that name when no agent speaks for it; null = there is none, or it has one.</summary>
    public Machine? WithoutAgent(HostId id) => Machines.TryGetValue(id, out var machine) && !machine.HasAgent ? machine : null;

    /// <summary>The hosts, and with them the machines: those with an agent are hosts like others, of one seat.</summary>
    public HostCatalogue AddTo(HostCatalogue hosts)
    {
        var (with, without) = (Machines.Values.Where(machine => machine.HasAgent), Machines.Values.Where(machine => !machine.HasAgent));
        return hosts with
        {
            Hosts = hosts.Hosts.Values.Concat(with.Select(machine => machine.Host)).DistinctBy(host => host.Id).ToFrozenDictionary(host => host.Id),
            WithoutAgent = without.Select(machine => machine.Host).ToFrozenDictionary(host => host.Id),
        };
    }
}
