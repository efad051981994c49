using System.Collections.Frozen;
using System.Collections.Immutable;
using VdiBroker.CityFile;
using VdiBroker.Kernel;

namespace VdiBroker.Hosts;

/// <summary>The declared hosts and how long they may be silent: the sections <c>hosts</c> and <c>health</c> of the city file.</summary>
internal sealed record HostCatalogue(FrozenDictionary<HostId, SessionHost> Hosts, HealthThresholds Thresholds)
{
    /// <summary>Machines that have no agent: nobody reports for them, and no agent is admitted under their name.</summary>
    public FrozenDictionary<HostId, SessionHost> WithoutAgent { get; init; } = FrozenDictionary<HostId, SessionHost>.Empty;

    /// <summary>What carries desktops by that name, with an agent or without; null = nothing is declared.</summary>
    public SessionHost? Find(HostId host) => Hosts.GetValueOrDefault(host) ?? WithoutAgent.GetValueOrDefault(host);

    /// <summary>Reads the two sections; faults go to the document.</summary>
    public static HostCatalogue Read(CityDocument city)
    {
        var hosts = ImmutableDictionary.CreateBuilder<HostId, SessionHost>();
        foreach (var map in city.Root.Maps("hosts"))
        {
            var host = new SessionHost(new HostId(map.Id("id")), map.Text("address"), map.Number("port", 1, 65535, 3389), map.Number("seats", 1, 10_000))
            {
                // In percent of a host that has as many seats.
                Weight = map.Number("weight", 1, 1000, 100) / 100.0,
            };
            if (hosts.ContainsKey(host.Id)) map.Fault("id", $"there are two hosts '{host.Id}'");
            if (hosts.Values.FirstOrDefault(h => h.Address == host.Address && h.Port == host.Port) is { } twin)
                map.Fault("address", $"{host.Address}:{host.Port} is the address of host '{twin.Id}' already");
            hosts[host.Id] = host;
            map.Close();
        }
        return new HostCatalogue(hosts.ToFrozenDictionary(), HealthSection.Read(city));
    }
}
