using System.Collections.Concurrent;
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
    /// <param name="Tried">The work of a check was done all the same.</param>
    public sealed record Nobody(bool Tried) : LimitedAnswer;

    /// <summary>The lockout says no.</summary>
    public sealed record Shut : LimitedAnswer;

    /// <summary>Too many are being checked already, or one from the same station.</summary>
    public sealed record Crowded : LimitedAnswer;
}

/// <summary>Checks passwords while a tenant's directory is down, where the tenant wants that.</summary>
internal sealed class LimitedMode(VerifierStore store, LimitedTenants tenants) : IDisposable
{
    // Of a core each: half of them stay free for everything else.
    private static readonly int _checksAtOnce = Math.Max(1, Environment.ProcessorCount / 2);
    private static readonly int _mostWaiting = _checksAtOnce * 32;
    private readonly SemaphoreSlim _places = new(_checksAtOnce, _checksAtOnce);
    private readonly ConcurrentDictionary<StationId, bool> _stations = new();
    private int _inside;

    /// <summary>Checks a person. Known and unknown names take the same time; of one station one check at a time.</summary>
    /// <param name="request">Name, password and the station's tenant.</param>
    /// <param name="station">Where.</param>
    /// <param name="named">The tenant that the person named; null = none.</param>
    /// <param name="down">Tenants whose directory is down.</param>
    /// <param name="mayTry">Asked before the password is tried, as <see cref="AuthenticatePerson"/> does.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async Task<LimitedAnswer> CheckAsync(
        AuthenticationRequest request, StationId station, TenantId? named, ImmutableArray<TenantId> down, Func<PersonId?, Task<bool>> mayTry, CancellationToken cancel)
    {
        var asked = down.Where(tenant => tenants.Lives.ContainsKey(tenant) && (named is null || named == tenant)).ToArray();
        if (asked.Length == 0 || LoginName.Parse(request.Login) is not { } login || request.Password.Length is 0 or > AuthenticatePerson.MaxPasswordLength)
            return new LimitedAnswer.Nobody(Tried: false);
        if (!_stations.TryAdd(station, true)) return new LimitedAnswer.Crowded();
        try
        {
            if (Interlocked.Increment(ref _inside) > _checksAtOnce + _mostWaiting) return new LimitedAnswer.Crowded();
            var known = Choose(await store.FindAsync(login, asked, named), request.StationTenant);
            if (!await mayTry(known?.Person.Id)) return new LimitedAnswer.Shut();
            await _places.WaitAsync(cancel);
            try
            {
                var fits = await Task.Run(() => (known?.Verifier ?? PasswordVerifier.Nobody).Fits(request.Password), CancellationToken.None);
                return (known, fits) switch
                {
                    (null, _) => new LimitedAnswer.Nobody(Tried: true),
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
            _stations.TryRemove(station, out _);
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

    /// <summary>The directories answered, and nobody bears the name, or nobody for sure: what was kept of those whom their directory has no more goes.</summary>
    /// <returns>Null, or why it could not be taken away.</returns>
    public async Task<string?> ForgetMissingAsync(string typed, DirectoryCalls directories, CancellationToken cancel)
    {
        if (tenants.Lives.IsEmpty || LoginName.Parse(typed) is not { } login) return null;
        try
        {
            var named = directories.TenantNamed(login);
            foreach (var one in await store.FindAsync(login, [.. tenants.Lives.Keys.Where(tenant => named is null || named == tenant)], named))
            {
                // Who shares the name with somebody is still there; and so is, for now, who cannot be looked up.
                var gone = await directories.LookUp(one.Person.Tenant, one.Person.Login, cancel) switch
                {
                    Lookup.Found(var person, _) => person.Id != one.Person.Id,
                    Lookup.Nobody => true,
                    _ => false,
                };
                if (gone) await store.DropAsync(one.Person.Id);
            }
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
        KnownNames.Choose([.. found.Select(one => one.Person.Tenant)], station) is { } place ? found[place] : null;
}
