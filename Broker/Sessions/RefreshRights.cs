using VdiBroker.Kernel;
using VdiBroker.Storage;

namespace VdiBroker.Sessions;

/// <summary>The helpdesk's "refresh": a right that was given or taken away a moment ago counts from the next opening or sign-in on, at every broker.</summary>
internal sealed class RefreshRights(RedisStore store, KeySpace keys)
{
    private static readonly Script _refresh = new("refresh_rights");

    /// <summary>Makes what is known a thing of the past.</summary>
    /// <param name="person">Whose rights; null = everybody's.</param>
    /// <param name="by">Who asks for it, for the farm's events.</param>
    /// <exception cref="StoreOutOfReachException">The store is out of reach.</exception>
    public Task RunAsync(PersonId? person, string by) => store.CommitAsync(_refresh, [keys.Refreshed, keys.Events],
        [keys.Doorbell.ToString(), person?.Value ?? "*", by, (long)SignInStore.LongestLife.TotalMilliseconds]);
}
