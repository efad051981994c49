using VdiBroker.Agent.Grants;
using VdiBroker.Agent.Watching;
using VdiBroker.Protocol.Host.V1;

namespace VdiBroker.Agent.Visitors;

/// <summary>
/// The visitors of this host: which account is whose, and how far it is on its way from the ticket to being wiped. What an earlier agent left, whatever ended it, is
/// found in the accounts' files and is to be wiped like the rest. Safe for concurrent use.
/// </summary>
internal sealed class VisitorBook(VisitorAccounts accounts, AgentLog log, TimeProvider time)
{
    /// <summary>For how long it is told that a session's account was wiped.</summary>
    public static readonly TimeSpan Told = TimeSpan.FromMinutes(10);

    private readonly Lock _book = new();
    private readonly Dictionary<string, Entry> _entries = [];
    private readonly List<(string Session, long At)> _wiped = [];

    private sealed class Entry(VisitorAccount account, Grant? grant, long since)
    {
        public VisitorAccount Account { get; } = account;
        public Grant? Grant { get; set; } = grant;
        public long Since { get; set; } = since;
        /// <summary>Its session is over, was ordered to end, or is not known: without one that runs it is to be wiped.</summary>
        public bool Over { get; set; }
        public bool Appeared { get; set; }
        public bool BeingWiped { get; set; }
        public int Failed { get; set; }
        public string Left { get; set; } = "";
        public long TryAt { get; set; }
    }

    /// <summary>Takes over what an earlier agent left: accounts with a running session go on, the others are to be wiped.</summary>
    /// <param name="grants">What is still known of them.</param>
    public void Recover(GrantBook grants)
    {
        lock (_book)
        {
            foreach (var account in accounts.All())
                _entries[account.Name] = new Entry(account, grants.Of(account.Name), time.GetTimestamp()) { Appeared = true };
            if (_entries.Count > 0) log.Warning($"{_entries.Count} visitors' accounts of an earlier agent are here: those without a running session are wiped now");
        }
    }

    /// <summary>There is nobody.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_book) return _entries.Count == 0;
        }
    }

    /// <summary>A ticket of a visitor was granted: makes their account, or lets them back to it.</summary>
    /// <returns>Null when it is there, else the reason why it is not.</returns>
    public string? Admit(Grant grant)
    {
        if (!VisitorAccounts.IsName(grant.User)) return "the broker names an account that is no visitor's";
        lock (_book)
        {
            if (_entries.TryGetValue(grant.User, out var known))
            {
                // Their station lost the picture and has it back; of an account on its way out nobody gets anything.
                if (known.Over || known.BeingWiped || known.Grant?.SessionId != grant.SessionId) return "the visitor's account is being wiped";
                (known.Grant, known.Since) = (grant, time.GetTimestamp());
                return null;
            }
            if (!accounts.AreTaken) return $"this host takes no visitors: {accounts.HomeOf("")} is not there";
            VisitorAccount? made = null;
            try
            {
                made = accounts.Make(grant.User);
                VisitorHome.Make(accounts.HomeOf(made.Name), made.Id);
                _entries[grant.User] = new Entry(made, grant, time.GetTimestamp());
                log.Notice($"account {made.Name} made for session {grant.SessionId}, number {made.Id}");
                return null;
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                // What was made of it is wiped like any other.
                if (made is not null) _entries[grant.User] = new Entry(made, grant, time.GetTimestamp()) { Over = true };
                log.Error($"the account of visitor {grant.User} could not be made: {fault.Message}");
                return "the visitor's account could not be made";
            }
        }
    }

    /// <summary>The broker orders the end of this user's session: if it is a visitor's that never appeared, there is nothing to wait for.</summary>
    public void EndOrdered(string user)
    {
        lock (_book)
        {
            if (_entries.TryGetValue(user, out var entry)) entry.Over = true;
        }
    }

    /// <summary>Visitors whose session is over, as the broker must see them: their seats are not free before they are wiped.</summary>
    /// <param name="running">The sessions that run now.</param>
    public IReadOnlyList<ObservedSession> Leaving(IReadOnlyCollection<RunningSession> running)
    {
        lock (_book)
        {
            Notice(running);
            return [.. _entries.Values.Where(entry => IsLeaving(entry, running)).Select(Observed)];
        }
    }

    /// <summary>Sessions whose accounts were wiped lately.</summary>
    public IReadOnlyList<string> Wiped()
    {
        lock (_book)
        {
            _wiped.RemoveAll(one => time.GetElapsedTime(one.At) > Told);
            return [.. _wiped.Select(one => one.Session)];
        }
    }

    /// <summary>The accounts to be wiped now; each is given out once, until <see cref="Tried"/>.</summary>
    public IReadOnlyList<VisitorAccount> TakeDue(IReadOnlyCollection<RunningSession> running)
    {
        lock (_book)
        {
            Notice(running);
            var now = time.GetTimestamp();
            var due = _entries.Values.Where(entry => !entry.BeingWiped && now >= entry.TryAt && IsLeaving(entry, running)).ToList();
            foreach (var entry in due) entry.BeingWiped = true;
            return [.. due.Select(entry => entry.Account)];
        }
    }

    /// <summary>What came of a try.</summary>
    /// <param name="account">Whose.</param>
    /// <param name="left">Empty = proven wiped.</param>
    /// <returns>How many tries have failed.</returns>
    public int Tried(VisitorAccount account, string left)
    {
        lock (_book)
        {
            if (!_entries.TryGetValue(account.Name, out var entry)) return 0;
            if (left.Length == 0)
            {
                _entries.Remove(account.Name);
                if (entry.Grant is { } grant) _wiped.Add((grant.SessionId, time.GetTimestamp()));
                return 0;
            }
            (entry.BeingWiped, entry.Over, entry.Left) = (false, true, left);
            entry.Failed++;
            entry.TryAt = time.GetTimestamp() + (long)(Again(entry.Failed).TotalSeconds * time.TimestampFrequency);
            return entry.Failed;
        }
    }

    private static TimeSpan Again(int failed) => TimeSpan.FromSeconds(Math.Min(30, Math.Pow(2, failed - 1)));

    // Held by the book.
    private void Notice(IReadOnlyCollection<RunningSession> running)
    {
        foreach (var entry in _entries.Values)
        {
            if (!entry.Appeared && running.Any(session => session.UserId == entry.Account.Id)) entry.Appeared = true;
        }
    }

    private bool IsLeaving(Entry entry, IReadOnlyCollection<RunningSession> running) =>
        entry.BeingWiped || (!running.Any(session => session.UserId == entry.Account.Id) && (entry.Appeared || entry.Over || time.GetElapsedTime(entry.Since) > GrantBook.ToAppear));

    private static ObservedSession Observed(Entry entry) => new()
    {
        User = entry.Account.Name,
        SessionId = entry.Grant?.SessionId ?? "",
        Fence = entry.Grant?.Fence ?? 0,
        Person = entry.Grant?.Person ?? "",
        Pool = entry.Grant?.Pool ?? "",
        Since = new Google.Protobuf.WellKnownTypes.Timestamp(),
        Wiping = new Wiping { Failed = (uint)entry.Failed, Left = entry.Left },
    };
}
