using System.Diagnostics;
using System.Threading.Channels;
using VdiBroker.Kernel;
using VdiBroker.Storage;

namespace VdiBroker.Directory;

/// <summary>
/// Makes the verifiers of limited mode after full sign-ins, and tries them on refused passwords, one at a time and at half of one core at most, so that no
/// sign-in waits for it; what it cannot keep up with is left for the person's next sign-in. At start it removes those of tenants where the mode is off.
/// </summary>
internal sealed class VerifierKeeper(VerifierStore store, LimitedTenants tenants, LockoutLog log, TimeProvider time) : BackgroundService
{
    /// <summary>A verifier is not made anew sooner, of the same password.</summary>
    public static readonly TimeSpan RenewAfter = TimeSpan.FromHours(4);

    /// <summary>Nor so soon where the directory does not say when a password was set.</summary>
    public static readonly TimeSpan RenewUnmarkedAfter = TimeSpan.FromMinutes(15);

    // A password waits here in memory: not many, and not for long.
    private const int MostWaiting = 64;
    private static readonly TimeSpan _again = TimeSpan.FromSeconds(10);
    private readonly Channel<Wish> _wishes = Channel.CreateBounded<Wish>(new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.Wait });

    /// <summary>The directory has just taken a password: the person is written as they are now, and a verifier is made when none will do. One round trip.</summary>
    /// <param name="person">Who.</param>
    /// <param name="password">Theirs.</param>
    /// <param name="started">When the sign-in began; a refusal since then counts for more.</param>
    public async Task NoteAsync(DirectoryPerson person, string password, long started)
    {
        if (!tenants.Lives.TryGetValue(person.Tenant, out var life)) return;
        try
        {
            if (await store.RenewAsync(person, time.GetElapsedTime(started), life, person.PasswordSet is null ? RenewUnmarkedAfter : RenewAfter)) return;
            _wishes.Writer.TryWrite(new Wish(person.Id, person, password, started));
        }
        catch (StoreOutOfReachException fault)
        {
            log.VerifierNotKept(fault.Message);
        }
    }

    /// <summary>
    /// The directory has just refused a password of somebody it knows. If their verifier takes it, it was right and is no more, and the verifier goes; any
    /// other wrong password costs nobody theirs. Never waits but for the store, and that only when too many are waiting: then the verifier goes untried.
    /// </summary>
    public async Task DoubtAsync(PersonId person, string password)
    {
        if (!tenants.Lives.ContainsKey(new TenantId(person.Value.Split('/', 2)[0])) || _wishes.Writer.TryWrite(new Wish(person, null, password, time.GetTimestamp()))) return;
        try
        {
            await store.DropAsync(person);
        }
        catch (StoreOutOfReachException fault)
        {
            log.VerifierNotKept(fault.Message);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await RemoveAsync(stoppingToken);
        await foreach (var wish in _wishes.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                var started = Stopwatch.GetTimestamp();
                await (wish.Person is { } person ? MakeAsync(person, wish) : TryAsync(wish));
                await Task.Delay(Stopwatch.GetElapsedTime(started), time, stoppingToken);
            }
            catch (StoreOutOfReachException fault)
            {
                log.VerifierNotKept(fault.Message);
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                // Whatever is wrong with one of them, the others are made.
                log.VerifierNotKept(fault.GetType().Name);
            }
        }
    }

    private async Task MakeAsync(DirectoryPerson person, Wish wish)
    {
        // Another sign-in since then has one already.
        if (await store.IsFreshAsync(person.Id, time.GetElapsedTime(wish.At))) return;
        var verifier = await Task.Run(() => PasswordVerifier.Make(wish.Password), CancellationToken.None);
        await store.KeepAsync(new KnownPerson(person, verifier), time.GetElapsedTime(wish.At), tenants.Lives[person.Tenant]);
    }

    private async Task TryAsync(Wish wish)
    {
        if (await store.ReadAsync(wish.Whose) is not { } known) return;
        if (await Task.Run(() => known.Verifier.Fits(wish.Password), CancellationToken.None)) await store.DropAsync(wish.Whose, time.GetElapsedTime(wish.At));
    }

    private async Task RemoveAsync(CancellationToken stop)
    {
        foreach (var tenant in tenants.Off)
        {
            for (var done = false; !done;)
            {
                try
                {
                    if (await store.DropAllAsync(tenant) is > 0 and var count) log.VerifiersRemoved(tenant.Value, count);
                    done = true;
                }
                catch (StoreOutOfReachException fault)
                {
                    log.VerifierNotKept(fault.Message);
                    await Task.Delay(_again, time, stop);
                }
            }
        }
    }

    // Without a person: a refused password, to be tried.
    private sealed record Wish(PersonId Whose, DirectoryPerson? Person, string Password, long At)
    {
        public override string ToString() => "(wish for a verifier)";
    }
}
