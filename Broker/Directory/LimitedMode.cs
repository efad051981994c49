using System.Collections.Immutable;
using VdiBroker.Kernel;
using VdiBroker.Storage;

namespace VdiBroker.Directory;

/// <summary>What limited mode says of a name and a password. Closed.</summary>
internal abstract record LimitedAnswer
{
    private LimitedAnswer()
    {
    }

    /// <summary>It is the password of the person's last full sign-in.</summary>
    public sealed record Known(DirectoryPerson Person) : LimitedAnswer;

    /// <summary>The person is known, and this is not their password.</summary>
    public sealed record Wrong(PersonId Person) : LimitedAnswer;

    /// <summary>Nobody by that name, or several, or limited mode is off where they could be.</summary>
    public sealed record Nobody : LimitedAnswer;

    /// <summary>Too many are being checked already.</summary>
    public sealed record Crowded : LimitedAnswer;
}

/// <summary>Checks passwords while a tenant's directory is down, where the tenant wants that.</summary>
internal sealed class LimitedMode(VerifierStore store, LimitedTenants tenants) : IDisposable
{
    // Of a core each: half of them stay free for everything else.
    private static readonly int _checksAtOnce = Math.Max(1, Environment.ProcessorCount / 2);
    private static readonly int _mostWaiting = _checksAtOnce * 32;
    private readonly SemaphoreSlim _places = new(_checksAtOnce, _checksAtOnce);
    private int _inside;

    /// <summary>Checks a person. Known and unknown names take the same time.</summary>
    /// <param name="request">Name, password and the station's tenant.</param>
    /// <param name="named">The tenant that the person named; null = none.</param>
    /// <param name="down">Tenants whose directory is down.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async Task<LimitedAnswer> CheckAsync(AuthenticationRequest request, TenantId? named, ImmutableArray<TenantId> down, CancellationToken cancel)
    {
        var asked = down.Where(tenant => tenants.Lives.ContainsKey(tenant) && (named is null || named == tenant)).ToArray();
        if (asked.Length == 0 || LoginName.Parse(request.Login) is not { } login || request.Password.Length is 0 or > AuthenticatePerson.MaxPasswordLength)
            return new LimitedAnswer.Nobody();
        var known = Choose(await store.FindAsync(login, asked), request.StationTenant);
        if (Interlocked.Increment(ref _inside) > _checksAtOnce + _mostWaiting)
        {
            Interlocked.Decrement(ref _inside);
            return new LimitedAnswer.Crowded();
        }
        try
        {
            await _places.WaitAsync(cancel);
            try
            {
                var fits = await Task.Run(() => (known?.Verifier ?? PasswordVerifier.Nobody).Fits(request.Password), CancellationToken.None);
                return (known, fits) switch
                {
                    (null, _) => new LimitedAnswer.Nobody(),
                    (_, true) => new LimitedAnswer.Known(known.Person),
                    _ => new LimitedAnswer.Wrong(known.Person.Id),
                };
            }
            finally
            {
                _places.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _inside);
        }
    }

    /// <summary>The directory refused the person, or took a new password of theirs: what was kept of them goes.</summary>
    /// <returns>Null, or why it could not be taken away; it ends by itself.</returns>
    public async Task<string?> ForgetAsync(PersonId person)
    {
        if (!tenants.Lives.ContainsKey(new TenantId(person.Value.Split('/', 2)[0]))) return null;
        try
        {
            await store.DropAsync(person);
            return null;
        }
        catch (StoreOutOfReachException fault)
        {
            return fault.Message;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _places.Dispose();

    // The same name in two towns: the station's own counts; without one nobody can tell who is meant.
    private static KnownPerson? Choose(ImmutableArray<KnownPerson> found, TenantId? station) =>
        found.FirstOrDefault(one => one.Person.Tenant == station) ?? (found is [var only] ? only : null);
}
