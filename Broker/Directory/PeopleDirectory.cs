using System.Collections.Immutable;
using VdiBroker.Kernel;
using VdiBroker.Ldap;
using VdiBroker.Rpc;

namespace VdiBroker.Directory;

/// <summary>One of the city's directories: searched as the broker on one set of connections, passwords checked on another.</summary>
internal sealed class PeopleDirectory : IDisposable
{
    // Longer than a server takes to be known as out; then its breaker says so.
    private static readonly TimeSpan LateFor = TimeSpan.FromSeconds(10);

    private readonly DirectoryOptions _options;
    private readonly DirectoryLog _log;
    private readonly TimeProvider _time;
    private readonly LdapService _service;
    private readonly ImmutableArray<PeopleView> _views;
    private long _lateUntil;
    private int _references;

    public PeopleDirectory(DirectoryOptions options, IEnumerable<TenantBranch> tenants, AdmissionGate? gate, DirectoryLog log, LdapLog ldapLog, TimeProvider time)
    {
        (_options, Gate, _log, _time) = (options, gate, log, time);
        var all = tenants.ToArray();
        Tenants = [.. all.Select(tenant => tenant.Tenant)];
        var branches = TenantBranches.Make(all, options.People.Base, options.Groups.Base);
        _service = new LdapService(options.Service, ldapLog, time);
        // Tenants that are described alike are searched at once.
        _views =
        [
            .. all.GroupBy(tenant => options.Views.GetValueOrDefault(tenant.Tenant))
                .SelectMany(alike => alike.Key is null ? [alike] : alike.Select(one => (IEnumerable<TenantBranch>)[one]),
                    (alike, some) => new PeopleView(options.Schema, alike.Key ?? new TenantView(options.People, options.Groups), some, branches, _service, time)),
        ];
    }

    public string Id => _options.Id;

    /// <summary>Whose people are in it.</summary>
    public ImmutableArray<TenantId> Tenants { get; }

    /// <summary>How many sign-ins may wait for it together; null = as many as come. See <see cref="DirectoryPlaces"/>.</summary>
    public AdmissionGate? Gate { get; }

    /// <summary>What is known of each server.</summary>
    public ImmutableArray<ServerState> States => _service.States;

    /// <summary>Why its servers are not asked; empty while all are.</summary>
    public string Cause => string.Join("; ", States.Select(state => state.Breaker.Cause).Where(cause => cause.Length > 0));

    /// <summary>True while one of its servers is known to answer, and it has kept nobody waiting lately.</summary>
    public bool Answers => _service.Answers && Environment.TickCount64 >= Volatile.Read(ref _lateUntil);

    /// <summary>True while one of its servers is known to answer, whether it has kept somebody waiting lately or not.</summary>
    public bool IsAsked => _service.Answers;

    /// <summary>Somebody's patience with it has run out: until it answers, or for a while, nobody else's is tried.</summary>
    public void NoteLate() => Volatile.Write(ref _lateUntil, Environment.TickCount64 + (long)LateFor.TotalMilliseconds);

    /// <summary>It has answered.</summary>
    public void NoteAnswer() => Volatile.Write(ref _lateUntil, 0);

    /// <summary>Looks a login name up.</summary>
    /// <param name="login">As it was typed.</param>
    /// <param name="tenant">The tenant that the person named; null = any.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="DirectoryOutOfReachException">It could not be asked.</exception>
    public async Task<ImmutableArray<PersonEntry>> FindAsync(LoginName login, TenantId? tenant, CancellationToken cancel)
    {
        var asked = _views.Where(view => tenant is not { } named || view.Tenants.Contains(named)).Select(view => view.FindAsync(login, tenant, cancel));
        var found = await Task.WhenAll(asked);
        if (found.Any(one => one.Outside)) _log.OutsideEveryTenant(Id);
        if (found.Any(one => one.Unusable)) _log.UnusableLogin(Id);
        if (found.Sum(one => one.References) is > 0 and var references && Interlocked.Exchange(ref _references, references) == 0) _log.References(Id, references);
        if (!found.Any(one => one.More)) return [.. found.SelectMany(one => one.People)];
        _log.Ambiguous(Id);
        return [];
    }

    /// <summary>Checks a person's password.</summary>
    /// <exception cref="DirectoryOutOfReachException">It could not be asked.</exception>
    public async Task<BindJudgement> TryAsync(PersonEntry person, string password, CancellationToken cancel) =>
        Judge(person, await _service.BindAsync(person.Dn, password, cancel));

    /// <summary>Changes a person's password after a bind as the person; what the bind alone told when it did not come to the change.</summary>
    /// <exception cref="DirectoryOutOfReachException">It could not be asked; the password may have been changed or not.</exception>
    public Task<(BindJudgement Bind, ChangeJudgement? Change)> ChangeAsync(PersonEntry person, string old, string wanted, CancellationToken cancel) =>
        _service.AsPersonAsync<(BindJudgement, ChangeJudgement?)>(person.Dn, old, async (client, answer) =>
        {
            var bind = Judge(person, answer);
            return bind is BindJudgement.Taken or BindJudgement.Barred(AccountState.MustChange) ? (bind, Judge(client, await ChangeAsync(client, person, old, wanted, bound: bind is BindJudgement.Taken))) : (bind, null);
        }, outcome => outcome.Item2 is ChangeJudgement.Refused(PasswordRefusal.ReadOnly), cancel);

    /// <summary>Refuses nobody: the same work as for a wrong password, on an entry that does not exist.</summary>
    public Task RefuseNobodyAsync(CancellationToken cancel)
    {
        var (dn, password) = ($"cn={Guid.NewGuid():N},{_options.People.Base}", Guid.NewGuid().ToString("N"));
        return _service.BindAsync(dn, password, cancel);
    }

    /// <summary>All groups of a person that count for their tenant.</summary>
    /// <exception cref="DirectoryOutOfReachException">It could not be asked.</exception>
    public async Task<GroupWalk> GroupsOfAsync(PersonEntry person, CancellationToken cancel)
    {
        var walk = await _views.First(view => view.Tenants.Contains(person.Tenant)).GroupsOfAsync(person, cancel);
        if (walk.Cut != GroupsCut.None) _log.GroupsCut(Id, person.Tenant.Value);
        return walk;
    }

    /// <summary>What is known of groups in groups, for each way in which they are described, with the age it may reach.</summary>
    public IEnumerable<(GroupGraph Graph, TimeSpan MaxAge)> Graphs => _views.Select(view => (view.Graph, view.GraphAge));

    /// <summary>Shows that a server is there and takes the broker's account.</summary>
    /// <exception cref="DirectoryOutOfReachException">It does not.</exception>
    public Task ReachAsync(CancellationToken cancel) => _service.AskAsync(client => Task.FromResult(client.Server), cancel);

    public void Dispose() => _service.Dispose();

    private BindJudgement Judge(PersonEntry person, LdapAnswer answer)
    {
        var judged = BindJudgement.Judge(_options.Schema, Word(answer), person.Facts, _time.GetUtcNow());
        return judged is not BindJudgement.NoAnswer ? judged : throw Unwilling(answer);
    }

    private ChangeJudgement Judge(LdapClient client, LdapAnswer answer)
    {
        var judged = ChangeJudgement.Judge(_options.Schema, Word(answer));
        return judged is not ChangeJudgement.NoAnswer ? judged : throw Unwilling(answer, client);
    }

    // Active Directory lets nobody bind whose password has expired or must be changed, but takes the change from any account that knows the
    // old password: then from the broker's own, on this same connection.
    private async Task<LdapAnswer> ChangeAsync(LdapClient client, PersonEntry person, string old, string wanted, bool bound)
    {
        if (_options.Schema != DirectorySchema.ActiveDirectory) return await client.ChangePasswordAsync(person.Dn, old, wanted);
        if (!bound && _options.BindDn is { } own && await client.BindAsync(own, BrokerPassword.Read(_options.Service)) is { Code: not 0 } refused) throw Unwilling(refused, client);
        return await client.ChangeUnicodePasswordAsync(person.Dn, old, wanted);
    }

    private static ServerWord Word(LdapAnswer answer) => new(answer.Code, answer.Diagnostic, answer.PolicyControl);

    private DirectoryOutOfReachException Unwilling(LdapAnswer answer, LdapClient? client = null) =>
        new(Outage.Unwilling, $"{client?.Server.Origin ?? $"directory {Id}"} answers with LDAP result {answer.Code} ({LdapResult.Words(answer.Code)})") { Code = answer.Code };
}
