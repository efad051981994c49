using System.Globalization;
using System.Security.Cryptography;
using StackExchange.Redis;
using VdiBroker.Kernel;
using VdiBroker.Pools;
using VdiBroker.Storage;

namespace VdiBroker.Sessions;

/// <summary>What came of a claim. Closed.</summary>
internal abstract record Claim
{
    private Claim()
    {
    }

    /// <summary>The seat is held under a lease; the ticket opens it.</summary>
    public sealed record Held(SessionId Session, HostId Host, Fence Fence, Secret Ticket) : Claim;

    /// <summary>The state has moved on since the decision: load and decide again.</summary>
    public sealed record Changed : Claim;

    /// <summary>The sign-in has ended meanwhile.</summary>
    public sealed record SignedOut : Claim;

    /// <summary>A newer sign-in was faster.</summary>
    public sealed record Superseded : Claim;

    /// <summary>Others wait for a seat of the pool already: it is not this person's turn.</summary>
    public sealed record OthersWait : Claim;

    /// <summary>The person's tenant holds as many seats of the pool as it may.</summary>
    public sealed record ShareUsedUp : Claim;
}

/// <summary>What came of a claim whose lease was thought to be over.</summary>
internal enum Expiry
{
    /// <summary>It has ended, and its seat is free.</summary>
    Expired,

    /// <summary>The desktop was there before this station asked for it: it is on nobody's screen now and keeps its seat.</summary>
    Left,

    /// <summary>A host has accepted its ticket: only the host says what became of it.</summary>
    Confirmed,

    /// <summary>Its lease still runs.</summary>
    Early,

    /// <summary>There is no such claim any more: it was confirmed, moved or ended meanwhile.</summary>
    Changed,
}

/// <summary>Commits decisions about seats: one atomic script for each.</summary>
/// <param name="store">Where.</param>
/// <param name="keys">Of the farm.</param>
/// <param name="notes">Is told of every session that came into another phase, whoever found it out; null = nobody keeps records.</param>
internal sealed class SeatLedger(RedisStore store, KeySpace keys, SessionNotes? notes = null)
{
    /// <summary>A claim that no host confirms for so long gives its seat back: longer than a ticket lives.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(75);

    /// <summary>A session that has ended is remembered for so long, for stations that ask late and for explanations.</summary>
    public static readonly TimeSpan FinalMemory = TimeSpan.FromDays(1);

    // When others were faster on so many hosts, what the decision was made on is old.
    private const int MostTried = 16;
    private const string IdAlphabet = "abcdefghijklmnopqrstuvwxyz234567";
    private static readonly Script _claim = new("claim_seat");
    private static readonly Script _resume = new("resume_session");
    private static readonly Script _redeem = new("redeem_ticket");
    private static readonly Script _correct = new("correct_session");
    private static readonly Script _expire = new("expire_claim");

    /// <summary>How long the store keeps anything of a person from one desktop to the next, in ms; empty = for good. Nobody will ever be a visitor again.</summary>
    public static RedisValue MemoryOf(PersonId person) => person.IsVisitor ? Milliseconds(SignInStore.LongestLife) : "";

    /// <summary>An id that no session ever had.</summary>
    public static SessionId FreshId() => new(RandomNumberGenerator.GetString(IdAlphabet, 26));

    /// <summary>Takes a seat for a new session.</summary>
    /// <param name="signIn">Whose.</param>
    /// <param name="secret">Proves the sign-in.</param>
    /// <param name="pool">The pool.</param>
    /// <param name="decision">Where.</param>
    /// <param name="turn">Nobody who waits comes before them; else the claim is good only while nobody waits.</param>
    public async Task<Claim> PlaceAsync(SignIn signIn, Presented secret, Pool pool, OpeningDecision.Place decision, bool turn = false)
    {
        var id = FreshId();
        var ticket = Secret.Draw();
        var session = keys.Session(id);
        var givenUp = decision.GivenUp;
        var ranked = decision.Ranked.Take(MostTried);
        RedisKey[] touched =
        [
            keys.Counter, keys.SignIn(secret.Digest), keys.Desktops(signIn.Person), session, keys.Ticket(ticket.Digest), keys.Events,
            givenUp is null ? session : keys.Session(givenUp.Id), givenUp is null ? session : keys.Seats(givenUp.Host),
            keys.Newest(signIn.Person), keys.Drains, keys.Use(pool.Id), keys.Queue(pool.Id), keys.Waiting(pool.Id), keys.LastHosts(signIn.Person), keys.Assignments(pool.Id), keys.Refreshed, keys.Shares(pool.Id),
            .. ranked.Select(h => keys.Seats(h.Host.Id)),
        ];
        RedisValue[] arguments =
        [
            keys.Doorbell.ToString(), id.Value, signIn.Person.Value, signIn.User, pool.Id.Value, signIn.Station.Value, signIn.Serial,
            Milliseconds(Lease), Milliseconds(Tickets.Life), Milliseconds(Tickets.Memory), givenUp?.Id.Value ?? "", givenUp?.Revision ?? 0, Milliseconds(FinalMemory),
            signIn.Person.Tenant.Value, pool.Shares.Most(signIn.Person.Tenant) is { } most ? most : "", turn ? 1 : 0, pool.Kind.ToString().ToLowerInvariant(), decision.GivingUp,
            pool.Kind == PoolKind.Shared ? "" : decision.Assigned?.Value ?? "", signIn.Remembered ? 1 : 0, MemoryOf(signIn.Person),
            .. ranked.SelectMany(h => (RedisValue[])[h.Host.Id.Value, h.Observation?.BootId ?? "", h.SeatsFor(signIn.User, signIn.Person.Tenant), h.CarriesForgotten(signIn.User, signIn.Person.Tenant) ? 1 : 0]),
        ];
        return ClaimOf(await store.CommitAsync(_claim, touched, arguments), id, ticket);
    }

    /// <summary>Gives a running session to this sign-in's station.</summary>
    public async Task<Claim> ResumeAsync(SignIn signIn, Presented secret, Session session)
    {
        var ticket = Secret.Draw();
        var result = await store.CommitAsync(_resume,
            [keys.Counter, keys.SignIn(secret.Digest), keys.Desktops(signIn.Person), keys.Session(session.Id), keys.Ticket(ticket.Digest), keys.Events, keys.Newest(signIn.Person)],
            [
                keys.Doorbell.ToString(), session.Id.Value, session.Pool.Value, signIn.Station.Value, signIn.Serial,
                Milliseconds(Lease), Milliseconds(Tickets.Life), Milliseconds(Tickets.Memory), signIn.Person.Value,
            ]);
        return ClaimOf(result, session.Id, ticket);
    }

    /// <summary>Commits the verdict on a ticket.</summary>
    /// <returns>The verdict that holds.</returns>
    public async Task<TicketVerdict> RedeemAsync(SecretDigest digest, Ticket ticket, TicketVerdict verdict, Presentation presented)
    {
        var result = await store.CommitAsync(_redeem,
            [keys.Ticket(digest), keys.Session(ticket.Session), keys.Events],
            [
                keys.Doorbell.ToString(), verdict.ToString().ToLowerInvariant(), presented.User, presented.Host.Value, ticket.Session.Value, ticket.Fence.Value,
                Milliseconds(Lease), digest.ToString(), presented.Attempt,
            ]);
        return Enum.Parse<TicketVerdict>((string)result!, ignoreCase: true);
    }

    /// <summary>Ends a claim whose lease is over and that no host confirmed; harmless when it is too early, too late or asked twice.</summary>
    /// <param name="claim">The session, as it was when the claim was looked at.</param>
    /// <param name="absent">Its host has just reported, and does not have it: then a ticket that was accepted confirms nothing any more.</param>
    public async Task<Expiry> ExpireAsync(Session claim, bool absent = false)
    {
        var result = await store.RunScriptAsync(_expire, Releasing(claim), [keys.Doorbell.ToString(), claim.Id.Value, claim.Fence.Value, Milliseconds(FinalMemory), absent ? 1 : 0]);
        var outcome = Enum.Parse<Expiry>((string)result!, ignoreCase: true);
        if (outcome is Expiry.Expired or Expiry.Left) notes?.Became(claim, outcome == Expiry.Expired ? SessionPhase.Expired : SessionPhase.Disconnected, Reconciliation.LeaseOver);
        return outcome;
    }

    /// <summary>Commits one correction.</summary>
    /// <returns>False when the session has changed since the decision, or what is asked for is no step of a session's life.</returns>
    public async Task<bool> CorrectAsync(Correction correction)
    {
        var session = correction.Session;
        if (correction.Phase == SessionPhase.Expired) return await ExpireAsync(session, absent: true) == Expiry.Expired;
        var final = correction.Session with { Phase = correction.Phase } is { IsFinal: true };
        var result = await store.RunScriptAsync(_correct,
            Releasing(session),
            [
                keys.Doorbell.ToString(), session.Id.Value, session.Revision.ToString(CultureInfo.InvariantCulture),
                correction.Phase.ToString().ToLowerInvariant(), correction.Cause, final ? "1" : "0", Milliseconds(FinalMemory),
                string.Join(' ', SessionLife.Before(correction.Phase)).ToLowerInvariant(), correction.Boot ?? "",
            ]);
        if ((long)result != 1) return false;
        notes?.Became(session, correction.Phase, correction.Cause);
        return true;
    }

    // What the end of a session touches.
    private RedisKey[] Releasing(Session session) =>
        [keys.Session(session.Id), keys.Seats(session.Host), keys.Desktops(session.Person), keys.Events, keys.Use(session.Pool), keys.Releases(session.Pool), keys.Shares(session.Pool)];

    private static Claim ClaimOf(RedisResult result, SessionId session, Secret ticket)
    {
        var parts = (RedisResult[])result!;
        return (string)parts[0]! switch
        {
            "claimed" => new Claim.Held(session, new HostId((string)parts[1]!), new Fence((long)parts[2]), ticket),
            "signed-out" => new Claim.SignedOut(),
            "superseded" => new Claim.Superseded(),
            "wait" => new Claim.OthersWait(),
            "share" => new Claim.ShareUsedUp(),
            // 'stale': their assignment was changed. 'full': somebody took the last seat since the state was read; the next look says so, with its reasons.
            _ => new Claim.Changed(),
        };
    }

    private static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;
}
