using System.Diagnostics;
using System.Threading.Channels;
using VdiBroker.Storage;

namespace VdiBroker.Directory;

/// <summary>
/// Makes the verifiers of limited mode after full sign-ins, one at a time and at half of one core at most, so that no sign-in waits for it; what it
/// cannot keep up with is left for the person's next sign-in. At start it removes those of tenants where the mode is off.
/// </summary>
internal sealed class VerifierKeeper(VerifierStore store, LimitedTenants tenants, LockoutLog log, TimeProvider time) : BackgroundService
{
    /// <summary>A verifier is not made anew sooner.</summary>
    public static readonly TimeSpan RenewAfter = TimeSpan.FromHours(4);

    // A password waits here in memory: not many, and not for long.
    private const int MostWaiting = 64;
    private static readonly TimeSpan _again = TimeSpan.FromSeconds(10);
    private readonly Channel<Wish> _wishes = Channel.CreateBounded<Wish>(new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Asks for a verifier of what the directory has just taken. Never waits; may do nothing.</summary>
    public void Offer(DirectoryPerson person, string password)
    {
        if (tenants.Lives.ContainsKey(person.Tenant)) _wishes.Writer.TryWrite(new Wish(person, password, time.GetTimestamp()));
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await RemoveAsync(stoppingToken);
        await foreach (var wish in _wishes.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                if (await store.IsFreshAsync(wish.Person.Id, RenewAfter)) continue;
                var started = Stopwatch.GetTimestamp();
                var verifier = await Task.Run(() => PasswordVerifier.Make(wish.Password), CancellationToken.None);
                var took = Stopwatch.GetElapsedTime(started);
                await store.KeepAsync(new KnownPerson(wish.Person, verifier), time.GetElapsedTime(wish.At), tenants.Lives[wish.Person.Tenant]);
                await Task.Delay(took, time, stoppingToken);
            }
            catch (StoreOutOfReachException fault)
            {
                log.VerifierNotKept(fault.Message);
            }
        }
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

    private sealed record Wish(DirectoryPerson Person, string Password, long At)
    {
        public override string ToString() => "(wish for a verifier)";
    }
}
