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

    public AdmissionRig(RedisStore redis, params (TenantId Tenant, int Days)[] limited)
        : this(redis, new KeySpace($"admission{Interlocked.Increment(ref _farms)}"), limited)
    {
    }

    public AdmissionRig(RedisStore redis, KeySpace keys, params (TenantId Tenant, int Days)[] limited)
    {
        Keys = keys;
        var tenants = new LimitedTenants([Drancy, Dugny], limited.ToImmutableDictionary(one => one.Tenant, one => TimeSpan.FromDays(one.Days)));
        var log = new LockoutLog(NullLogger<LockoutLog>.Instance);
        var calls = new DirectoryCalls((request, _) => Task.FromResult(Answer!(request)), (request, _) => Task.FromResult(Change(request)), _ => null, _ => null);
        Verifiers = new VerifierStore(redis, keys);
        Lockouts = new LockoutStore(redis, keys, LockoutPolicy.Default, log);
        Keeper = new VerifierKeeper(Verifiers, tenants, log, TimeProvider.System);
        Limited = new LimitedMode(Verifiers, tenants);
        Admit = new AdmitPerson(Lockouts, calls, Limited, Keeper, log, TimeProvider.System);
        ChangeOwn = new ChangeOwnPassword(Lockouts, calls, Limited, log, TimeProvider.System);
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

    public int Asked { get; private set; }

    public DirectoryPerson Amelie { get; } = new(PersonId.Of(Drancy, Login), Drancy, Login, "Amélie Durand", ["agents"])
    {
        Account = "adurand",
        Settings = ImmutableDictionary<string, string>.Empty.Add("keyboard", "be"),
    };

    /// <summary>What the directory answers.</summary>
    public Func<AuthenticationRequest, Authentication> Answer { get; set; }

    public Func<PasswordChangeRequest, PasswordChange> Change { get; set; } = _ => new PasswordChange.OutOfReach("no test says otherwise");

    public Authentication Takes(AuthenticationRequest request)
    {
        Asked++;
        return request.Login != Login ? new Authentication.Rejected()
            : request.Password == Password ? new Authentication.Authenticated(Amelie)
            : new Authentication.Rejected(Amelie.Id);
    }

    public Authentication Down(AuthenticationRequest request) => new Authentication.OutOfReach("ldap1 is silent", [Drancy, Dugny]);

    public Task<Admission> TryAsync(string password, string login = Login, StationId? station = null) =>
        Admit.RunAsync(new AdmissionRequest(login, password, station ?? Here), CancellationToken.None);

    /// <summary>A full sign-in a while ago: its verifier is there.</summary>
    public Task<bool> KnowAsync(DirectoryPerson person, string password) =>
        Verifiers.KeepAsync(new KnownPerson(person, PasswordVerifier.Make(password)), TimeSpan.Zero, TimeSpan.FromDays(7));

    public async ValueTask DisposeAsync()
    {
        await Keeper.StopAsync(CancellationToken.None);
        Keeper.Dispose();
        Limited.Dispose();
    }
}
