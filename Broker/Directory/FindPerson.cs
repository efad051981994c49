using System.Collections.Immutable;
using VdiBroker.Kernel;
using VdiBroker.Ldap;

namespace VdiBroker.Directory;

/// <summary>What the directories know under a login name. Closed.</summary>
internal abstract record Finding
{
    private Finding()
    {
    }

    /// <summary>Exactly one person, or the one of the station's tenant.</summary>
    public sealed record Someone(PeopleDirectory Directory, PersonEntry Person) : Finding;

    /// <summary>Nobody who could sign in: no entry, several that cannot be told apart, or one outside every tenant.</summary>
    /// <param name="Asked">A directory that answered; null = there is none.</param>
    public sealed record Nobody(PeopleDirectory? Asked) : Finding;

    /// <summary>No directory knows the name, and one of them could not be asked.</summary>
    public sealed record OutOfReach(string Cause, ImmutableArray<TenantId> Down) : Finding;
}

/// <summary>Finds whose login name it is, in all directories of the city.</summary>
internal sealed class FindPerson(ImmutableArray<PeopleDirectory> directories, TenantNames names, DirectoryLog log, TimeProvider time)
{
    // How long an entry that one directory knows waits for the answers of the others.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(300);

    /// <summary>
    /// Looks a name up. All directories are asked at once; who is found waits for the others, but not long: one that hangs holds up its own
    /// people only.
    /// </summary>
    /// <param name="login">As it was typed; with a word for a tenant, only that tenant is asked.</param>
    /// <param name="station">The tenant of the station: preferred when several tenants know the name.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async Task<Finding> RunAsync(LoginName login, TenantId? station, CancellationToken cancel)
    {
        var named = names.TenantOf(login);
        var asked = directories.Where(directory => named is not { } tenant || directory.Tenants.Contains(tenant)).ToArray();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var waiting = asked.ToDictionary(directory => AskAsync(directory, login, named, cancel));
        var (known, faults) = (new List<(PeopleDirectory Directory, PersonEntry Person)>(), new List<(PeopleDirectory Directory, DirectoryOutOfReachException Fault)>());
        Task? patience = null;
        while (waiting.Count > 0 && !IsEnough())
        {
            var next = await Task.WhenAny((IEnumerable<Task>)(patience is null ? waiting.Keys : [.. waiting.Keys, patience]));
            if (next == patience) break;
            var answer = await (Task<Answer>)next;
            waiting.Remove((Task<Answer>)next);
            known.AddRange(answer.People.Select(person => (answer.Directory, person)));
            if (answer.Fault is { } fault) faults.Add((answer.Directory, fault));
            if (known.Count > 0) patience ??= Task.Delay(Patience, time, enough.Token);
        }
        await enough.CancelAsync();
        if (KnownNames.Choose([.. known.Select(one => one.Person.Tenant)], station) is { } place) return new Finding.Someone(known[place].Directory, known[place].Person);
        if (known.Count > 0) log.Ambiguous(string.Join(", ", known.Select(one => one.Directory.Id).Distinct()));
        else if (faults.Count > 0) return OutOfReach(faults);
        return new Finding.Nobody(asked.FirstOrDefault(directory => station is { } here && directory.Tenants.Contains(here)) ?? asked.FirstOrDefault() ?? directories.FirstOrDefault());

        // Whoever else has the name, the station's own tenant comes first: its directory has answered. And nobody waits for a directory that is known not to answer.
        bool IsEnough() => (station is { } here && known.Count(one => one.Person.Tenant == here) == 1) || (known.Count > 0 && waiting.Values.All(directory => !directory.Answers));
    }

    /// <summary>True when none of a directory's servers could be asked, by a cause that says so.</summary>
    public static bool IsDown(PeopleDirectory directory, DirectoryOutOfReachException fault) =>
        fault.Outage is Outage.Lost or Outage.Silent or Outage.Untrusted or Outage.Unwilling && directory.States.All(state => state.Breaker.Phase != BreakerPhase.Closed);

    private static Finding.OutOfReach OutOfReach(List<(PeopleDirectory Directory, DirectoryOutOfReachException Fault)> faults) => new(
        string.Join("; ", faults.Select(one => one.Fault.Message)),
        [.. faults.Where(one => IsDown(one.Directory, one.Fault)).SelectMany(one => one.Directory.Tenants)]);

    private async Task<Answer> AskAsync(PeopleDirectory directory, LoginName login, TenantId? named, CancellationToken cancel)
    {
        try
        {
            return new Answer(directory, await directory.FindAsync(login, named, cancel), null);
        }
        catch (DirectoryOutOfReachException fault)
        {
            log.OutOfReach(directory.Id, fault.Message);
            return new Answer(directory, [], fault);
        }
    }

    private sealed record Answer(PeopleDirectory Directory, ImmutableArray<PersonEntry> People, DirectoryOutOfReachException? Fault);
}
