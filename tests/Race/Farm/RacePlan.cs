using System.Collections.Immutable;
using VdiBroker.City.Brokers;

namespace VdiBroker.Race.Farm;

/// <summary>How large a race is.</summary>
/// <param name="People">How many people sign in over and over.</param>
/// <param name="Stations">How many of them can sit at a station at once.</param>
/// <param name="Brokers">Broker processes.</param>
/// <param name="SeatsEach">Seats of each host.</param>
internal sealed record RacePlan(int People, int Stations, int Brokers, int SeatsEach)
{
    /// <summary>The pool that most people want, and the one of which they want a second desktop at times. They share a host.</summary>
    public const string Bureau = "bureau", Atelier = "atelier";

    /// <summary>Five hundred people for 48 desktops.</summary>
    public static RacePlan Full => new(500, 120, 3, 12);

    /// <summary>For the tests of the race itself.</summary>
    public static RacePlan Small => new(80, 30, 2, 3);

    /// <summary>On which store.</summary>
    public StoreShape Store { get; init; } = StoreShape.Sentinel;

    /// <summary>Names of the hosts.</summary>
    public ImmutableArray<string> Hosts { get; } = ["host1", "host2", "host3", "host4"];

    /// <summary>Hosts by pool.</summary>
    public ImmutableDictionary<string, ImmutableArray<string>> Pools => new Dictionary<string, ImmutableArray<string>> { [Bureau] = [.. Hosts[..3]], [Atelier] = [.. Hosts[2..]] }.ToImmutableDictionary();

    /// <summary>Seats by host.</summary>
    public ImmutableDictionary<string, int> Seats => Hosts.ToImmutableDictionary(host => host, _ => SeatsEach);
}
