using System.Collections.Immutable;
using VdiBroker.Directory;
using VdiBroker.Kernel;
using VdiBroker.Profiles;

namespace VdiBroker.Sessions;

/// <summary>Reads what a sign-in needs of a person while the directory checks their password: with the count of the try it is one round trip to the store.</summary>
internal sealed class ReadAhead(ReadProfile profiles, SessionStore sessions)
{
    /// <summary>Begins.</summary>
    public Started Begin(PersonId person) => new(profiles, person, profiles.ReadAsync(person), sessions.DesktopsSinceAsync(person));

    /// <summary>What was begun for one person; what nobody asks for is forgotten, failed or not.</summary>
    internal sealed record Started(ReadProfile Profiles, PersonId Person, Task<ProfileRow> Profile, Task<(ImmutableDictionary<PoolId, SessionId> Running, DateTimeOffset? Began)> Desktops)
    {
        /// <summary>Settings of the person at a station, their desktops, and when the store began that knows of these; null = it was emptied a moment ago.</summary>
        /// <exception cref="Storage.StoreOutOfReachException">Redis did not answer.</exception>
        public async Task<(MergedSettings Settings, ImmutableDictionary<PoolId, SessionId> Running, DateTimeOffset? Began)> EndAsync(DirectoryPerson person, StationId station)
        {
            var settings = await Profiles.RunAsync(new ProfileWanted(person, person.Settings, station), Profile);
            var (running, began) = await Desktops;
            return (settings, running, began);
        }
    }
}
