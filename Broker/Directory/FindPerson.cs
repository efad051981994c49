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
    /// <param name="Directory">Where.</param>
    /// <param name="Person">Who.</param>
    /// <param name="Doubt">
    /// The station's own directory could not be asked: the name may be one of its people's. Then a password that this person does not have says nothing.
    /// </param>
    public sealed record Someone(PeopleDirectory Directory, PersonEntry Person, OutOfReach? Doubt = null) : Finding;

    /// <summary>Nobody who could sign in: no entry, several that cannot be told apart, or one outside every tenant.</summary>
    /// <param name="Asked">A directory that answered; null = there is none.</param>
    public sealed record Nobody(PeopleDirectory? Asked) : Finding;

    /// <summary>No directory knows the name, and one of them could not be asked.</summary>
    public sealed record OutOfReach(string Cause, ImmutableArray<TenantId> Down) : Finding;

    /// <summary>No directory that was asked knows the name, and for one of the others too many wait already.</summary>
    /// <param name="After">At least so long before the next try.</param>
    public sealed record Crowded(TimeSpan After) : Finding;
}

/// <summary>Finds whose login name it is, in all directories of the city.</summary>
internal sealed class FindPerson(ImmutableArray<PeopleDirectory> directories, TenantNames names, DirectoryLog log, TimeProvider time)
{
    // How long an entry that one directory knows waits for the answers of the others.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(300);

    /// <summary>
    /// Looks a name up: at the station's own directory first, then at the others at once, and at those that are known not to answer only when nobody else
    /// knows it. One that hangs holds up its own people only: so many of them wait for it as may, and nobody else.
    /// </summary>
    /// <param name="login">As it was typed; with a word for a tenant, only that tenant is asked.</param>
    /// <param name="station">The tenant of the station: preferred when several tenants know the name.</param>
    /// <param name="places">Where places at directories are taken: that of whichever knows the person is kept.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async Task<Finding> RunAsync(LoginName login, TenantId? station, DirectoryPlaces places, CancellationToken cancel)
    {
        var named = names.TenantOf(login);
        var asked = directories.Where(directory => named is not { } tenant || directory.Tenants.Contains(tenant)).ToArray();
        var own = station is { } here ? asked.FirstOrDefault(directory => directory.Tenants.Contains(here)) : null;
        var search = new Search(places, station, time);
        var well = asked.Where(directory => directory.Answers).ToHashSet();
        // The own one has a start, not more: whoever is another's does not wait long for it.
        TimeSpan? full = null;
        if (own is not null && well.Contains(own))
        {
            full = await places.TakeAsync(own, cancel);
            if (full is null) await search.AskAsync([own], Ask, wait: true, cancel);
        }
        if (!search.OwnIsKnown)
        {
            var others = asked.Where(directory => well.Contains(directory) && directory != own).ToArray();
            var free = others.Where(places.TryTake).ToArray();
            // Where one has no place left, it may be the one that knows the name: the others are waited for no longer than they take as a rule.
            await search.AskAsync(free, Ask, wait: free.Length < others.Length, cancel);
        }
        if (search.Known.Count == 0) await search.AskAsync(asked.Where(directory => !search.IsAsked(directory) && (full is null || directory != own)), InTurn, wait: false, cancel);
        return Choose(search, full, station, own, own ?? asked.FirstOrDefault() ?? directories.FirstOrDefault());

        Task<Answer> Ask(PeopleDirectory directory) => AskAsync(directory, login, named, cancel);
        async Task<Answer> InTurn(PeopleDirectory directory) => await places.TakeAsync(directory, cancel) is not { } after ? await Ask(directory)
            : directory.IsAsked ? new Answer(directory, [], null, after)
            // Nobody crowds: all wait for one that is known not to answer.
            : new Answer(directory, [], new DirectoryOutOfReachException(Outage.Silent, directory.Cause));
    }

    // full: the own one had no place; when to come back.
    private Finding Choose(Search search, TimeSpan? full, TenantId? station, PeopleDirectory? own, PeopleDirectory? asked)
    {
        var known = search.Known;
        if (KnownNames.Choose([.. known.Select(one => one.Person.Tenant)], station) is { } place)
        {
            var (directory, person) = known[place];
            var doubtful = own is not null && person.Tenant != station && search.Answered(own) is false;
            return new Finding.Someone(directory, person, doubtful ? search.OutOfReach(own!) : null);
        }
        if (known.Count > 0) log.Ambiguous(string.Join(", ", known.Select(one => one.Directory.Id).Distinct()));
        else if ((full ?? search.After) is { } after) return new Finding.Crowded(after);
        else if (search.Faults.Count > 0) return search.OutOfReach();
        return new Finding.Nobody(asked);
    }

    /// <summary>True when none of a directory's servers could be asked, by a cause that says so.</summary>
    public static bool IsDown(PeopleDirectory directory, DirectoryOutOfReachException fault) =>
        fault.Outage is Outage.Lost or Outage.Silent or Outage.Untrusted or Outage.Unwilling && directory.States.All(state => state.Breaker.Phase != BreakerPhase.Closed);

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

    private sealed record Answer(PeopleDirectory Directory, ImmutableArray<PersonEntry> People, DirectoryOutOfReachException? Fault, TimeSpan? After = null);

    /// <summary>One look-up under way: who is asked, who has answered what.</summary>
    private sealed class Search(DirectoryPlaces places, TenantId? station, TimeProvider time)
    {
        private readonly Dictionary<Task<Answer>, PeopleDirectory> _waiting = [];
        private readonly HashSet<PeopleDirectory> _asked = [];
        private readonly HashSet<PeopleDirectory> _answered = [];

        public List<(PeopleDirectory Directory, PersonEntry Person)> Known { get; } = [];

        public List<(PeopleDirectory Directory, DirectoryOutOfReachException Fault)> Faults { get; } = [];

        /// <summary>For one of them too many wait already: when to come back; null = there is none.</summary>
        public TimeSpan? After { get; private set; }

        /// <summary>The station's own tenant has the name, once: whoever else has it, that person comes first.</summary>
        public bool OwnIsKnown => station is { } here && Known.Count(one => one.Person.Tenant == here) == 1;

        // Nobody waits for a directory that is known not to answer, if there is something to say without it. That another one is crowded says nothing of one that is only late.
        private bool IsOver => OwnIsKnown || (Known.Count > 0 && _waiting.Values.All(directory => !directory.Answers)) || (After is not null && _waiting.Values.All(directory => !directory.IsAsked));

        public bool IsAsked(PeopleDirectory directory) => _asked.Contains(directory);

        public bool Answered(PeopleDirectory directory) => _answered.Contains(directory);

        public async Task AskAsync(IEnumerable<PeopleDirectory> some, Func<PeopleDirectory, Task<Answer>> ask, bool wait, CancellationToken cancel)
        {
            foreach (var directory in some.Where(_asked.Add)) _waiting.Add(ask(directory), directory);
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var patience = wait ? Task.Delay(Patience, time, enough.Token) : null;
            while (_waiting.Count > 0 && !IsOver)
            {
                if (Known.Count > 0) patience ??= Task.Delay(Patience, time, enough.Token);
                var next = await Task.WhenAny((IEnumerable<Task>)(patience is null ? _waiting.Keys : [.. _waiting.Keys, patience]));
                if (next == patience)
                {
                    foreach (var late in _waiting.Values) late.NoteLate();
                    break;
                }
                var answer = await (Task<Answer>)next;
                _waiting.Remove((Task<Answer>)next);
                Known.AddRange(answer.People.Select(person => (answer.Directory, person)));
                if (answer.People.IsEmpty) places.Leave(answer.Directory);
                if (answer.After is { } after)
                {
                    After = After < after ? After : after;
                    continue;
                }
                if (answer.Fault is { } fault)
                {
                    Faults.Add((answer.Directory, fault));
                    continue;
                }
                _answered.Add(answer.Directory);
                answer.Directory.NoteAnswer();
            }
            await enough.CancelAsync();
            cancel.ThrowIfCancellationRequested();
        }

        public Finding.OutOfReach OutOfReach() => new(
            string.Join("; ", Faults.Select(one => one.Fault.Message)),
            [.. Faults.Where(one => IsDown(one.Directory, one.Fault)).SelectMany(one => one.Directory.Tenants)]);

        public Finding.OutOfReach OutOfReach(PeopleDirectory own) => Faults.Exists(one => one.Directory == own)
            ? OutOfReach()
            : new Finding.OutOfReach(own.Answers ? $"directory {own.Id} has not answered in time" : own.Cause, own.Answers ? [] : own.Tenants);
    }
}
