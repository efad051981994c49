using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Pools;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Storage;

namespace VdiBroker.Sessions;

/// <summary>What a station asks.</summary>
/// <param name="Secret">Proves the sign-in.</param>
/// <param name="Station">By its certificate.</param>
/// <param name="Pool">Which desktop; empty = the preferred one.</param>
internal sealed record OpenRequested(Presented Secret, StationId Station, PoolId Pool);

/// <summary>One step on the way to a desktop. Closed; <see cref="Ready"/> and <see cref="Refused"/> are the last.</summary>
internal abstract record OpeningStep
{
    private OpeningStep()
    {
    }

    /// <summary>The person's former session is still closing on its host.</summary>
    public sealed record WaitingForEnd : OpeningStep;

    /// <summary>Everything has only just come back; the hosts are on their way.</summary>
    public sealed record WaitingForHost : OpeningStep;

    /// <summary>The desktop is theirs, under a lease, and the ticket opens it.</summary>
    /// <param name="Held">The claim.</param>
    /// <param name="Host">Where it runs.</param>
    /// <param name="CertificateSha256">Of the host's RDP server, hexadecimal.</param>
    /// <param name="SignIn">Whose.</param>
    /// <param name="Decision">Why this one.</param>
    public sealed record Ready(Claim.Held Held, SessionHost Host, string CertificateSha256, SignIn SignIn, OpeningDecision Decision) : OpeningStep;

    /// <summary>No desktop now.</summary>
    public sealed record Refused(ErrorCode Code, string What) : OpeningStep;
}

/// <summary>Opens a person's desktop: their running one if there is one, else a new one on the best host with a free seat.</summary>
internal sealed class OpenDesktop(SignInStore signIns, RenewRights renew, SessionStore sessions, SeatLedger ledger, PoolCatalogue catalogue, ILogger<OpenDesktop> logger)
{
    // Each repetition means that somebody else was faster in between; so many in a row is no accident.
    private const int Tries = 8;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(250);

    /// <summary>Runs the opening; outages of the store come as <see cref="StoreOutOfReachException"/>.</summary>
    public async IAsyncEnumerable<OpeningStep> RunAsync(OpenRequested request, [EnumeratorCancellation] CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        OpeningStep? told = null;
        for (var turn = 1; turn <= Tries; turn++)
        {
            var signIn = await signIns.FindAsync(request.Secret, request.Station);
            if (signIn is null or { Closed: true })
            {
                yield return new OpeningStep.Refused(ErrorCode.SignInEnded, "");
                yield break;
            }
            signIn = await renew.RunAsync(request.Secret, signIn, cancel);
            var wanted = request.Pool.Value.Length > 0 ? request.Pool : signIn.Pools.FirstOrDefault();
            if (!signIn.Pools.Contains(wanted) || !catalogue.Pools.TryGetValue(wanted, out var pool))
            {
                yield return new OpeningStep.Refused(ErrorCode.NoEntitlement, "");
                yield break;
            }
            var state = await sessions.LoadAsync(signIn.Person, pool);
            var decision = Opening.Decide(state, new OpeningWish(signIn.User, signIn.Serial), Draw());
            if (WaitFor(decision) is { } wait && clock.Elapsed < _patience)
            {
                if (told != wait) yield return told = wait;
                turn = 0;
                await Task.Delay(_look, cancel);
                continue;
            }
            var step = await CommitAsync(request, signIn, pool, state, decision);
            if (step is null) continue;
            yield return step;
            yield break;
        }
        yield return new OpeningStep.Refused(ErrorCode.AllHostsFull, $"{Tries} claims in a row were overtaken");
    }

    private static OpeningStep? WaitFor(OpeningDecision decision) => decision switch
    {
        OpeningDecision.StillEnding => new OpeningStep.WaitingForEnd(),
        OpeningDecision.AwaitHost => new OpeningStep.WaitingForHost(),
        _ => null,
    };

    /// <returns>Null when the state has moved on: decide again.</returns>
    private async Task<OpeningStep?> CommitAsync(OpenRequested request, SignIn signIn, Pool pool, OpeningState state, OpeningDecision decision)
    {
        Claim claim;
        switch (decision)
        {
            case OpeningDecision.Resume resume:
                claim = await ledger.ResumeAsync(signIn, request.Secret, resume.Session);
                break;
            case OpeningDecision.Place place:
                claim = await ledger.PlaceAsync(signIn, request.Secret, pool.Id, place);
                break;
            case OpeningDecision.HomeGone gone:
                return new OpeningStep.Refused(ErrorCode.HostGone, $"session {gone.Session.Id} on {gone.Session.Host}; {Reasons(pool, gone.Because)}");
            case OpeningDecision.StillEnding:
                return new OpeningStep.Refused(ErrorCode.StillEnding, "");
            case OpeningDecision.AwaitHost:
                return new OpeningStep.Refused(ErrorCode.AllHostsDown, $"pool '{pool.Id}': no host has come back");
            case OpeningDecision.AllFull full:
                return new OpeningStep.Refused(ErrorCode.AllHostsFull, Reasons(pool, full.Because));
            case OpeningDecision.AllDown down:
                return new OpeningStep.Refused(ErrorCode.AllHostsDown, Reasons(pool, down.Because));
            default:
                return new OpeningStep.Refused(ErrorCode.MovedElsewhere, "");
        }
        switch (claim)
        {
            case Claim.Held held:
                var choice = state.Hosts.Append(state.Home).First(h => h?.Host.Id == held.Host)!;
                SessionsLog.Opened(logger, held.Session, signIn.Person, pool.Id, held.Host, signIn.Station, held.Fence, decision is OpeningDecision.Resume);
                return new OpeningStep.Ready(held, choice.Host, choice.Observation!.CertificateSha256, signIn, decision);
            case Claim.SignedOut:
                return new OpeningStep.Refused(ErrorCode.SignInEnded, "");
            case Claim.Superseded:
                return new OpeningStep.Refused(ErrorCode.MovedElsewhere, "");
            default:
                return null;
        }
    }

    private static string Reasons(Pool pool, Placement placement) =>
        $"pool '{pool.Id}': {string.Join(", ", placement.Reasons.Select(r => $"{r.Host} {r.Verdict} {r.Taken}/{r.Seats}"))}";

    private static uint Draw() => BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(4));
}
