using System.Collections.Immutable;
using VdiBroker.Kernel;

namespace VdiBroker.Stations;

/// <summary>Where stations stand that were accepted by an enrolment: the city file says what a place is, whoever accepted a station said in which it stands. Swapped whole; safe for concurrent use.</summary>
internal sealed class StationHomes
{
    private ImmutableDictionary<StationId, StationHome> _homes = ImmutableDictionary<StationId, StationHome>.Empty;

    /// <summary>Of one; null = it was not accepted by an enrolment: its name says where it stands.</summary>
    public StationHome? Of(StationId station) => Volatile.Read(ref _homes).GetValueOrDefault(station);

    /// <summary>What is known now.</summary>
    public void Take(IEnumerable<StationStanding> standings) =>
        Volatile.Write(ref _homes, standings.Where(standing => standing.Home is not null).ToImmutableDictionary(standing => standing.Station, standing => standing.Home!));
}
