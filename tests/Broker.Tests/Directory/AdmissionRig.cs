using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using VdiBroker.Directory;
using VdiBroker.Kernel;
using VdiBroker.Storage;

namespace VdiBroker.Broker.Tests.Directory;

/// <summary>Admission over a real Redis and a directory of one person that does what a test says.</summary>
internal sealed class AdmissionRig : IAsyncDisposable
{
    public const string Login = "amelie";
    public static readonly TenantId Drancy = new("drancy");
    public static readonly TenantId Dugny = new("dugny");
    public static readonly StationId Here = new("poste-1");
    public static readonly StationId There = new("poste-2");
    private static long _farms;
    private int _asked;

    public AdmissionRig(RedisStore redis, params (TenantId Tenant, int Days)[] limited)
        : this(redis, new KeySpace($"admission{Interlocked.Increment(ref _farms)}"), limited)
    {
    }

    public AdmissionRig(RedisStore redis, KeySpace keys, params (TenantId Tenant, int Days)[] limited)
    {
        Keys = keys;
        var tenants = new LimitedTenants([Drancy, Dugny], limited.ToImmutableDictionary(one => one.Tenant, one => TimeSpan.FromDays(one.Days)));
        var log = new LockoutLog(NullLogger<LockoutLog>.Instance);
        var calls = new DirectoryCalls(AuthenticateAsync, ChangeAsync, (tenant, login, _) => Task.FromResult(LookUp(tenant, login)), _ => null, login => TenantNamed(login));
        Verifiers = new VerifierStore(redis, keys);
        Lockouts = new LockoutStore(redis, keys, LockoutPolicy.Default, log);
        Keeper = new VerifierKeeper(Verifiers, tenants, log, TimeProvider.System);
        Limited = new LimitedMode(Verifiers, tenants);
        Admit = new AdmitPerson(Lockouts, calls, Limited, Keeper, log, TimeProvider.System);
        ChangeOwn = new ChangeOwnPassword(Lockouts, calls, Limited, Keeper, log, TimeProvider.System);
        Answer = Takes;
    }

    public KeySpace Keys { get; }

    public VerifierStore Verifiers { get; }

    public LockoutStore Lockouts { get; }

    public VerifierKeeper Keeper { get; }

    public LimitedMode Limited { get; }

    public AdmitPerson Admit { get; }

    public ChangeOwnPassword ChangeOwn { get; }

    public string Password { get; } = Guid.NewGuid().ToString("N");

    public int Asked => Volatile.Read(ref _asked);

    public DirectoryPerson Amelie { get; } = new(PersonId.Of(Drancy, Login), Drancy, Login, "Amélie Durand", ["agents"])
    {
        Account = "adurand",
        Settings = ImmutableDictionary<string, string>.Empty.Add("keyboard", "be"),
    };

    /// <summary>What the directory answers.</summary>
    public Func<AuthenticationRequest, Authentication> Answer { get; set; }

    public Func<PasswordChangeRequest, PasswordChange> Change { get; set; } = _ => new PasswordChange.OutOfReach("no test says otherwise");

    /// <summary>Names of one person, each as it is typed.</summary>
    public HashSet<string> Aliases { get; } = new(StringComparer.Ordinal) { Login };

    /// <summary>When the directory looks a name up.</summary>
    public Action OnFind { get; set; } = () => { };

    /// <summary>Between the bind and the answer.</summary>
    public Func<AuthenticationRequest, Task> AfterBind { get; set; } = _ => Task.CompletedTask;

    /// <summary>What a look-up without a password says of her.</summary>
    public Func<TenantId, string, Lookup> LookUp { get; set; } = (_, _) => new Lookup.OutOfReach("no test says otherwise");

    public Func<LoginName, TenantId?> TenantNamed { get; set; } = _ => null;

    public Authentication Takes(AuthenticationRequest request)
    {
        Interlocked.Increment(ref _asked);
        return !Aliases.Contains(request.Login) ? new Authentication.Rejected()
            : request.Password == Password ? new Authentication.Authenticated(Amelie)
            : new Authentication.Rejected(Amelie.Id);
    }

    public Authentication Down(AuthenticationRequest request) => new Authentication.OutOfReach("ldap1 is silent", [Drancy, Dugny]);

    public Task<Admission> TryAsync(string password, string login = Login, StationId? station = null) =>
        Admit.RunAsync(new AdmissionRequest(login, password, station ?? Here), CancellationToken.None);

    public Task<OwnPasswordChange> ChangeOwnAsync(string old, string wanted, string login = Login) =>
        ChangeOwn.RunAsync(new OwnPasswordRequest(login, old, wanted, Here), CancellationToken.None);

    /// <summary>A full sign-in a while ago: its verifier is there.</summary>
    public Task<bool> KnowAsync(DirectoryPerson person, string password) =>
        Verifiers.KeepAsync(new KnownPerson(person, PasswordVerifier.Make(password)), TimeSpan.Zero, TimeSpan.FromDays(7));

    // As the directories do: the name is found, the gate is asked, the password is tried. Down, nothing is found.
    private async Task<Authentication> AuthenticateAsync(AuthenticationRequest request, Func<PersonId?, Task<bool>> mayTry, CancellationToken cancel)
    {
        if (Answer != Down && !await mayTry(Find(request.Login))) return new Authentication.Rejected(Find(request.Login));
        var answer = Answer(request);
        await AfterBind(request);
        return answer;
    }

    private async Task<PasswordChange> ChangeAsync(PasswordChangeRequest request, Func<PersonId?, Task<bool>> mayTry, CancellationToken cancel) =>
        await mayTry(Find(request.Login)) ? Change(request) : new PasswordChange.Rejected(Find(request.Login));

    private PersonId? Find(string login)
    {
        OnFind();
        return Aliases.Contains(login.Trim()) ? Amelie.Id : null;
    }

    public async ValueTask DisposeAsync()
    {
        await Keeper.StopAsync(CancellationToken.None);
        Keeper.Dispose();
        Limited.Dispose();
    }
}
