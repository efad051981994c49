using System.Collections.Immutable;
using VdiBroker.Directory;
using VdiBroker.Kernel;
using VdiBroker.Profiles;

namespace VdiBroker.Sessions;

/// <summary>Reads what a sign-in needs of a person while the directory checks their password: with the count of the try it is one round trip to the store.</summary>
internal sealed class ReadAhead(ReadProfile profiles, SessionStore sessions)
{
    /// <summary>Begins.</summary>
    public Started Begin(PersonId person) => new(profiles, person, profiles.ReadAsync(person), sessions.DesktopsOfAsync(person));

    /// <summary>What was begun for one person; what nobody asks for is forgotten, failed or not.</summary>
    internal sealed record Started(ReadProfile Profiles, PersonId Person, Task<ProfileRow> Profile, Task<ImmutableDictionary<PoolId, SessionId>> Desktops)
    {
        /// <summary>Settings of the person at a station, and their desktops.</summary>
        /// <exception cref="Storage.StoreOutOfReachException">Redis did not answer.</exception>
        public async Task<(MergedSettings Settings, ImmutableDictionary<PoolId, SessionId> Running)> EndAsync(DirectoryPerson person, StationId station) =>
            (await Profiles.RunAsync(new ProfileWanted(person, person.Settings, station), Profile), await Desktops);
    }
}
