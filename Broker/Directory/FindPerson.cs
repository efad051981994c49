using System.Collections.Immutable;
using VdiBroker.Kernel;
using VdiBroker.Ldap;
using VdiBroker.Rpc;

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

    /// <summary>For a directory that could know the name, and answers, too many wait already; nobody of the station's own tenant bears it as far as is known.</summary>
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
        var search = new Search(places, station, Ask, time);
        var well = asked.Where(directory => directory.Answers).ToHashSet();
        // The own one has a start, not more: whoever is another's does not wait long for it.
        if (own is not null && well.Contains(own) && await search.TakeAsync(own, cancel)) await search.AskAsync([own], wait: true, cancel);
        if (!search.OwnIsKnown)
        {
            var others = asked.Where(directory => well.Contains(directory) && directory != own).ToArray();
            var free = others.Where(places.TryTake).ToArray();
            // Where one has no place left, it may be the one that knows the name: the others are waited for no longer than they take as a rule.
            await search.AskAsync(free, wait: free.Length < others.Length, cancel);
        }
        if (search.Known.Count == 0) await search.AskInTurnAsync(asked.Where(directory => !search.IsAsked(directory) && !search.IsFull(directory)), near: true, cancel);
        // One that is only crowded may know the name too: it is asked, or nobody's password goes anywhere.
        if (search.Known.Count > 0 && !search.OwnIsKnown) await search.AskInTurnAsync(asked.Where(directory => !search.IsAsked(directory) && directory.IsOnlyCrowded), near: false, cancel);
        return Choose(search, station, own, own ?? asked.FirstOrDefault() ?? directories.FirstOrDefault());

        Task<Word> Ask(PeopleDirectory directory) => AskAsync(directory, login, named, cancel);
    }

    private Finding Choose(Search search, TenantId? station, PeopleDirectory? own, PeopleDirectory? asked)
    {
        var known = search.Known;
        if (known.Count > 0 && !search.OwnIsKnown && search.Crowded is { } soon) return new Finding.Crowded(soon);
        if (KnownNames.Choose([.. known.Select(one => one.Person.Tenant)], station) is { } place)
        {
            var (directory, person) = known[place];
            var doubtful = own is not null && person.Tenant != station && search.Answered(own) is false;
            return new Finding.Someone(directory, person, doubtful ? search.OutOfReach(own!) : null);
        }
        if (known.Count > 0) log.Ambiguous(string.Join(", ", known.Select(one => one.Directory.Id).Distinct()));
        else if (search.After is { } after) return new Finding.Crowded(after);
        else if (search.Faults.Count > 0) return search.OutOfReach();
        return new Finding.Nobody(asked);
    }

    /// <summary>True when none of a directory's servers could be asked, by a cause that says so.</summary>
    public static bool IsDown(PeopleDirectory directory, DirectoryOutOfReachException fault) =>
        fault.Outage is Outage.Lost or Outage.Silent or Outage.Untrusted or Outage.Unwilling && directory.States.All(state => state.Breaker.Phase != BreakerPhase.Closed);

    private async Task<Word> AskAsync(PeopleDirectory directory, LoginName login, TenantId? named, CancellationToken cancel)
    {
        try
        {
            return new Word.Answer(directory, await directory.FindAsync(login, named, cancel));
        }
        catch (DirectoryOutOfReachException fault)
        {
            log.OutOfReach(directory.Id, fault.Message);
            return new Word.Failed(directory, fault);
        }
    }

    /// <summary>What is heard of one directory. Closed.</summary>
    private abstract record Word(PeopleDirectory Directory)
    {
        /// <summary>There is a place at it: it may be asked.</summary>
        public sealed record Turn(PeopleDirectory Directory) : Word(Directory);

        /// <summary>Too many wait for it; when to come back.</summary>
        public sealed record Full(PeopleDirectory Directory, TimeSpan After) : Word(Directory);

        public sealed record Answer(PeopleDirectory Directory, ImmutableArray<PersonEntry> People) : Word(Directory);

        public sealed record Failed(PeopleDirectory Directory, DirectoryOutOfReachException Fault) : Word(Directory);
    }

    /// <summary>One look-up under way: who is asked, who has answered what, and who could not be asked for the crowd before it.</summary>
    private sealed class Search(DirectoryPlaces places, TenantId? station, Func<PeopleDirectory, Task<Word>> ask, TimeProvider time)
    {
        private readonly Dictionary<Task<Word>, PeopleDirectory> _waiting = [];
        // Waited for a place at, not for an answer.
        private readonly HashSet<PeopleDirectory> _inLine = [];
        private readonly HashSet<PeopleDirectory> _asked = [];
        private readonly HashSet<PeopleDirectory> _answered = [];
        private readonly HashSet<PeopleDirectory> _late = [];
        private readonly Dictionary<PeopleDirectory, TimeSpan> _full = [];

        public List<(PeopleDirectory Directory, PersonEntry Person)> Known { get; } = [];

        public List<(PeopleDirectory Directory, DirectoryOutOfReachException Fault)> Faults { get; } = [];

        /// <summary>For one of them too many wait already: when to come back; null = there is none.</summary>
        public TimeSpan? After => _full.Count > 0 ? _full.Values.Min() : null;

        /// <summary>As <see cref="After"/>, of those that are asked as well as ever when there is a place; those that hang are passed over. The queue behind their connections counts too.</summary>
        public TimeSpan? Crowded
        {
            get
            {
                var soon = _full.Where(one => one.Key.IsOnlyCrowded).Select(one => one.Value)
                    .Concat(Faults.Where(one => one.Fault.Outage == Outage.Crowded && one.Directory.IsOnlyCrowded).Select(_ => AdmissionRule.ShortestAway)).ToArray();
                return soon.Length > 0 ? soon.Min() : null;
            }
        }

        /// <summary>The station's own tenant has the name, once: whoever else has it, that person comes first.</summary>
        public bool OwnIsKnown => station is { } here && Known.Count(one => one.Person.Tenant == here) == 1;

        // Nobody waits for a directory that is known not to answer, if there is something to say without it. That another one is crowded says nothing of one that is only late.
        private bool IsOver => OwnIsKnown || (Known.Count > 0 && !_waiting.Values.Any(MayYetKnow)) || (After is not null && _waiting.Values.All(directory => !directory.IsAsked));

        public bool IsAsked(PeopleDirectory directory) => _asked.Contains(directory) || _inLine.Contains(directory);

        public bool IsFull(PeopleDirectory directory) => _full.ContainsKey(directory);

        public bool Answered(PeopleDirectory directory) => _answered.Contains(directory);

        /// <summary>Takes a place at a directory.</summary>
        /// <returns>False: too many wait for it.</returns>
        public async Task<bool> TakeAsync(PeopleDirectory directory, CancellationToken cancel)
        {
            if (await places.TakeAsync(directory, near: true, cancel) is not { } after) return true;
            _full[directory] = after;
            return false;
        }

        /// <summary>Asks those at which there is a place.</summary>
        public Task AskAsync(IEnumerable<PeopleDirectory> some, bool wait, CancellationToken cancel)
        {
            foreach (var directory in some) Ask(directory);
            return HearAsync(wait, cancel);
        }

        /// <summary>Asks each as soon as there is a place at it.</summary>
        public Task AskInTurnAsync(IEnumerable<PeopleDirectory> some, bool near, CancellationToken cancel)
        {
            foreach (var directory in some.Where(directory => !IsAsked(directory)).ToArray())
            {
                _inLine.Add(directory);
                _full.Remove(directory);
                _waiting.Add(TurnAsync(directory, near, cancel), directory);
            }
            return HearAsync(wait: false, cancel);
        }

        private void Ask(PeopleDirectory directory)
        {
            if (_asked.Add(directory)) _waiting.Add(ask(directory), directory);
        }

        private async Task<Word> TurnAsync(PeopleDirectory directory, bool near, CancellationToken cancel) => await places.TakeAsync(directory, near, cancel) is not { } after ? new Word.Turn(directory)
            : directory.IsAsked ? new Word.Full(directory, after)
            // Nobody crowds: all wait for one that is known not to answer.
            : new Word.Failed(directory, new DirectoryOutOfReachException(Outage.Silent, directory.Cause));

        private bool MayYetKnow(PeopleDirectory directory) => _inLine.Contains(directory) ? directory.IsOnlyCrowded : directory.Answers && !_late.Contains(directory);

        private async Task HearAsync(bool wait, CancellationToken cancel)
        {
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var patience = wait ? Task.Delay(Patience, time, enough.Token) : null;
            while (_waiting.Count > 0 && !IsOver)
            {
                if (Known.Count > 0) patience ??= Task.Delay(Patience, time, enough.Token);
                var next = await Task.WhenAny((IEnumerable<Task>)(patience is null ? _waiting.Keys : [.. _waiting.Keys, patience]));
                if (next == patience)
                {
                    foreach (var late in _waiting.Values.Where(directory => !_inLine.Contains(directory) && _late.Add(directory))) late.NoteLate();
                    if (wait) break;
                    patience = null;
                    continue;
                }
                var heard = await (Task<Word>)next;
                _waiting.Remove((Task<Word>)next);
                // Whoever is asked only now has as long as the others had.
                if (Hear(heard) && !wait) patience = null;
            }
            await enough.CancelAsync();
            cancel.ThrowIfCancellationRequested();
        }

        /// <returns>True when one more is asked.</returns>
        private bool Hear(Word word)
        {
            var directory = word.Directory;
            _inLine.Remove(directory);
            switch (word)
            {
                case Word.Turn:
                    Ask(directory);
                    return true;
                case Word.Full(_, var after):
                    _full[directory] = after;
                    return false;
                case Word.Failed(_, var fault):
                    places.Leave(directory);
                    Faults.Add((directory, fault));
                    return false;
                case Word.Answer(_, var people):
                    Known.AddRange(people.Select(person => (directory, person)));
                    if (people.IsEmpty) places.Leave(directory);
                    _answered.Add(directory);
                    directory.NoteAnswer();
                    return false;
                default:
                    throw new InvalidOperationException("a word without a case");
            }
        }

        public Finding.OutOfReach OutOfReach() => new(
            string.Join("; ", Faults.Select(one => one.Fault.Message)),
            [.. Faults.Where(one => IsDown(one.Directory, one.Fault)).SelectMany(one => one.Directory.Tenants)]);

        public Finding.OutOfReach OutOfReach(PeopleDirectory own) => Faults.Exists(one => one.Directory == own)
            ? OutOfReach()
            : new Finding.OutOfReach(own.Answers ? $"directory {own.Id} has not answered in time" : own.Cause, own.Answers ? [] : own.Tenants);
    }
}
