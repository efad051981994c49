using System.Collections.Immutable;
using VdiBroker.Directory;
using VdiBroker.Kernel;

namespace VdiBroker;

/// <summary>The names of people for an operator's screen, from their directories; who cannot be asked for in a moment stands there by their login alone.</summary>
internal static class PeopleNames
{
    private const int AtOnce = 8;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);

    /// <summary>Asks for all of them.</summary>
    /// <returns>Whoever was found.</returns>
    public static async Task<ImmutableDictionary<PersonId, string>> OfAsync(CityPlan plan, IEnumerable<PersonId> people, CancellationToken cancel)
    {
        PersonId[] all = [.. people.Distinct()];
        if (all.Length == 0) return ImmutableDictionary<PersonId, string>.Empty;
        var names = new System.Collections.Concurrent.ConcurrentDictionary<PersonId, string>();
        await using var directories = new CityDirectories(plan);
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        late.CancelAfter(_patience);
        try
        {
            await Parallel.ForEachAsync(all, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = late.Token }, async (person, stop) =>
            {
                if (await directories.LookUp.RunAsync(person.Tenant, person.Login, stop) is Lookup.Found(var found, _)) names[person] = found.DisplayName;
            });
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // The others are told by their logins.
        }
        return names.ToImmutableDictionary();
    }
}
