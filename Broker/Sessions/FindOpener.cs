using VdiBroker.Kernel;
using VdiBroker.Pools;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Stations;
using VdiBroker.Storage;

namespace VdiBroker.Sessions;

/// <summary>What a station asks.</summary>
/// <param name="Secret">Proves the sign-in.</param>
/// <param name="Station">By its certificate.</param>
/// <param name="Pool">Which desktop; empty = the preferred one.</param>
internal sealed record OpenRequested(Presented Secret, StationId Station, PoolId Pool)
{
    /// <summary>The host of the running desktop does not answer, and the person gives that desktop up.</summary>
    public bool Replace { get; init; }

    /// <summary>Takes notes of the opening for its record; null = nobody does.</summary>
    public OpeningNotes? Notes { get; init; }

    /// <summary>Asked when it is known who it is: how long they have to wait for it; null = they may open. Null itself = they always may.</summary>
    public Func<PersonId, TimeSpan?>? MayOpen { get; init; }
}

/// <summary>Who may open what. Closed.</summary>
internal abstract record Opener
{
    private Opener()
    {
    }

    /// <summary>This person, this pool.</summary>
    public sealed record Entitled(SignIn SignIn, Pool Pool) : Opener
    {
        /// <summary>When they signed in a moment ago they had no desktop of this pool; false = that is not known.</summary>
        public bool HadNone { get; init; }

        /// <summary>When the store began that said so; null = it was emptied a moment ago.</summary>
        public DateTimeOffset? Began { get; init; }

        /// <summary>Id of the place that their station was accepted into; null = its name says where it stands.</summary>
        public string? Home { get; init; }
    }

    /// <summary>Nobody, or nothing.</summary>
    public sealed record None(ErrorCode Code) : Opener
    {
        /// <summary>At least so long before the next try; null = no time is known.</summary>
        public TimeSpan? After { get; init; }
    }
}

/// <summary>Finds who opens and what: the sign-in, with rights that are young enough.</summary>
internal sealed class FindOpener(SignInStore signIns, FreshMemory fresh, RenewRights renew, PoolCatalogue catalogue, StationHomes homes)
{
    /// <summary>Looks; outages of the store come as <see cref="StoreOutOfReachException"/>.</summary>
    public async Task<Opener> RunAsync(OpenRequested request, CancellationToken cancel)
    {
        var remembered = request.Secret.IsPlausible && fresh.SignIns.TryTake(request.Secret.Digest, out var young) && young.SignIn.Station == request.Station ? young : null;
        var signIn = remembered?.SignIn ?? await signIns.FindAsync(request.Secret, request.Station);
        if (signIn is null or { Closed: true }) return new Opener.None(ErrorCode.SignInEnded);
        if (request.MayOpen?.Invoke(signIn.Person) is { } after) return new Opener.None(ErrorCode.ComeBack) { After = after };
        request.Notes?.Meets(signIn);
        signIn = await renew.RunAsync(request.Secret, signIn, cancel);
        var wanted = request.Pool.Value.Length > 0 ? request.Pool : signIn.Pools.FirstOrDefault();
        return signIn.Pools.Contains(wanted) && catalogue.Pools.TryGetValue(wanted, out var pool)
            ? new Opener.Entitled(signIn, pool) { HadNone = remembered?.Running.Contains(pool.Id) == false, Began = remembered?.Began, Home = homes.Of(signIn.Station)?.Place }
            : new Opener.None(ErrorCode.NoEntitlement);
    }
}
