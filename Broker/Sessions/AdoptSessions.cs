using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using VdiBroker.Hosts;
using VdiBroker.Kernel;

namespace VdiBroker.Sessions;

/// <summary>
/// Repairs what an agent's report shows to be lost in the ledger, by fence: sessions that it does not seat are taken in or ended, openings that it lost are caught up,
/// seats of nobody are freed. Each repair is an event with its cause.
/// </summary>
internal sealed class AdoptSessions(AdoptionLedger ledger, SeatLedger seats, SessionStore sessions, PeopleRules rules, HostCatalogue hosts, ILogger<AdoptSessions> logger)
{
    private const string Ghost = "session-ghost";
    private const string Stray = "session-stray";
    private const string NotWiped = "visitor-not-wiped";
    private const string KeptOut = "person-kept-out";
    private const string Orphan = "session-orphan";
    private const string Unreadable = "session-unreadable";

    /// <summary>Repairs after one report; outages of the store come as <see cref="Storage.StoreOutOfReachException"/>.</summary>
    /// <returns>The ghosts that the host must end: id that it knows, account.</returns>
    public async Task<IReadOnlyList<(SessionId Session, string User)>> RunAsync(HostSeen seen)
    {
        var lost = await CatchUpAsync(seen);
        var freed = await FreeAsync(seen);
        var noted = ImmutableArray.CreateBuilder<Noted>();
        var held = seen.Seats.Where(seat => seat.IsUnreadable || seat.IsHeld(seen.Host)).Select(seat => seat.User).ToHashSet(StringComparer.Ordinal);
        foreach (var session in seen.Reading.Sessions.Where(session => !held.Contains(session.User)).DistinctBy(session => session.User))
            if (await RepairAsync(seen, session) is { } left) noted.Add(left);
        noted.AddRange(from seat in seen.Seats where seat.IsUnreadable select new Noted(Unreadable, seat.User, seat.Id.Value, Adoption.RowUnreadable));
        noted.AddRange(from session in seen.Reading.Sessions where session.Wipe is { Failed: > 0 } select new Noted(NotWiped, session.User, session.Grant?.Session ?? "", session.Wipe!.Left));
        noted.AddRange(seen.Reading.KeptOut.Select(one => new Noted(KeptOut, one.User, one.Session, Reconciliation.KeptOut)));
        noted.AddRange(from session in seen.Reading.Sessions where session.Orphaned select new Noted(Orphan, session.User, session.Grant?.Session ?? "", Reconciliation.Orphaned));
        // Until the next report whoever runs there without a seat since is found again all the same.
        if (lost || freed) await ledger.RecountAsync(seen.Host, seen.Link, seen.Reading);
        await NoteAsync(seen, noted);
        return [.. noted.Where(n => n.Kind == Ghost).Select(n => (new SessionId(n.Session), n.User))];
    }

    private async Task<bool> CatchUpAsync(HostSeen seen)
    {
        var lost = false;
        foreach (var (session, newer) in Adoption.Behind(seen.Believed, seen.ByUser))
        {
            var same = newer.Session == session.Id.Value;
            var done = same
                ? await ledger.RaiseAsync(session, new Fence(newer.Fence), Adoption.HostHasNewer)
                // The newer one is taken in with the next report.
                : IsOfTheCity(newer, seen.Host) && await seats.CorrectAsync(new Correction(session, SessionPhase.Lost, Adoption.HostHasNewer));
            if (done) SessionsLog.Repaired(logger, session.Id, seen.Host, Adoption.HostHasNewer);
            lost |= done && !same;
        }
        return lost;
    }

    private async Task<bool> FreeAsync(HostSeen seen)
    {
        var freed = false;
        foreach (var seat in seen.Seats.Where(seat => !seat.IsUnreadable && !seat.IsHeld(seen.Host)))
        {
            // The session itself runs: it is taken in with its id, and keeps its seat.
            if (seat.Session is null && seen.Reading.Sessions.Any(o => o.User == seat.User && o.Grant?.Session == seat.Id.Value && IsOfTheCity(o.Grant, seen.Host))) continue;
            if (!await ledger.FreeAsync(seen.Host, seat, PoolsOf(seen.Host), Adoption.SessionMissing)) continue;
            SessionsLog.Repaired(logger, seat.Id, seen.Host, Adoption.SessionMissing);
            freed = true;
        }
        return freed;
    }

    /// <returns>What is to be recorded of it; null when it was taken in, or is on its way.</returns>
    private async Task<Noted?> RepairAsync(HostSeen seen, ObservedSession session)
    {
        var pool = session.Grant is { } named ? rules.Pools.Pools.GetValueOrDefault(new PoolId(named.Pool)) : null;
        var unseated = new UnseatedSession(seen.Host, session, pool, null, null);
        if (session.Grant is { Session.Length: > 0 } grant && pool is not null)
        {
            var person = new PersonId(grant.Person);
            var (granted, desktop, mine) = await sessions.FindAsync(new SessionId(grant.Session), person, pool.Id);
            if (granted.IsUnreadable || mine.IsUnreadable) return new Noted(Unreadable, session.User, granted.IsUnreadable ? grant.Session : desktop!.Value.Value, Adoption.RowUnreadable);
            if (desktop is { } row && row.Value != grant.Session && mine.Session is null or { IsFinal: true }) await ledger.ForgetAsync(person, pool.Id, row, Adoption.SessionMissing);
            unseated = unseated with { Granted = granted.Session, Mine = mine.Session, TenantKnown = rules.Tenants.Tenants.ContainsKey(person.Tenant) };
        }
        switch (Adoption.Decide(unseated))
        {
            case AdoptionDecision.Adopt adopt:
                var word = await ledger.AdoptAsync(new Adopted(seen.Link, hosts.Hosts[seen.Host], seen.Reading.BootId, session, pool!, rules.OwnerOf(new PersonId(session.Grant!.Person).Tenant)), adopt);
                if (word == "adopted") SessionsLog.Adopted(logger, session.Grant!.Session, session.Grant.Person, seen.Host, adopt.Cause);
                return word is "adopted" or "changed" ? null : new Noted(Stray, session.User, session.Grant!.Session, word);
            case AdoptionDecision.Reseat reseat:
                if (await ledger.ReseatAsync(reseat.Session, reseat.Cause)) SessionsLog.Repaired(logger, reseat.Session.Id, seen.Host, reseat.Cause);
                return null;
            case AdoptionDecision.End end:
                return new Noted(Ghost, session.User, end.Session.Value, end.Cause);
            case var left:
                return new Noted(Stray, session.User, session.Grant?.Session ?? "", left.Cause);
        }
    }

    private async Task NoteAsync(HostSeen seen, IEnumerable<Noted> noted)
    {
        var sorted = noted.OrderBy(n => n.User, StringComparer.Ordinal).ToImmutableArray();
        var now = sorted.IsEmpty ? "" : JsonSerializer.Serialize(sorted, NotedJson.Default.ImmutableArrayNoted);
        if (now == seen.Written.Noted) return;
        var fresh = sorted.Except(NotedBefore(seen.Written.Noted)).ToList();
        if (!await ledger.NoteAsync(seen.Host, seen.Link, seen.Written.Noted, now, fresh)) return;
        foreach (var one in fresh)
        {
            if (one.Kind == NotWiped) SessionsLog.NotWiped(logger, one.User, seen.Host, one.Cause);
            else if (one.Kind == KeptOut) SayKeptOut(seen, one.Session);
            else if (one.Kind == Unreadable) SessionsLog.RowUnreadable(logger, one.Session, one.User, seen.Host);
            else if (one.Kind == Orphan) SessionsLog.Orphaned(logger, seen.Host, one.User);
            else SessionsLog.Unseated(logger, one.Kind, one.User, seen.Host, one.Cause);
        }
    }

    // What cannot be read is written anew, and all of it told once more.
    private static ImmutableArray<Noted> NotedBefore(string text)
    {
        try
        {
            return text.Length > 0 && JsonSerializer.Deserialize(text, NotedJson.Default.ImmutableArrayNoted) is { IsDefault: false } noted ? noted : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private void SayKeptOut(HostSeen seen, string session)
    {
        var one = seen.Reading.KeptOut.First(kept => kept.Session == session);
        SessionsLog.KeptOut(logger, seen.Host, one.Person, session, one.User, one.Holder);
    }

    private IEnumerable<PoolId> PoolsOf(HostId host) => rules.Pools.Pools.Values.Where(pool => pool.Hosts.Contains(host)).Select(pool => pool.Id);

    private bool IsOfTheCity(GrantSeen? grant, HostId host) =>
        grant is { Person.Length: > 0 } && rules.Pools.Pools.TryGetValue(new PoolId(grant.Pool), out var pool) && pool.Hosts.Contains(host)
        && rules.Tenants.Tenants.ContainsKey(new PersonId(grant.Person).Tenant);
}

[JsonSerializable(typeof(ImmutableArray<Noted>))]
internal sealed partial class NotedJson : JsonSerializerContext;
