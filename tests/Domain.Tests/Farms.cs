using System.Collections.Immutable;
using CsCheck;
using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Pools;
using VdiBroker.Sessions;

namespace VdiBroker.Domain.Tests;

/// <summary>Random farms, sessions and reports; hosts are looked at for the first of the users.</summary>
internal static class Farms
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    public static readonly TenantId Town = new("drancy");
    public static readonly string[] Users = ["amelie.durand", "karim.benali", "lea.martin", "hugo.petit", "sofia.nunes"];

    public static readonly Gen<ObservedSession> Observed =
        Gen.Select(Gen.OneOf(Users), Gen.Int[10, 99], Gen.Bool, Gen.OneOf("", "drancy", "dugny"), Gen.Int[0, 4], (user, display, connected, tenant, orphaned) =>
            new ObservedSession(user, display, connected, Noon) { Orphaned = orphaned == 0, Grant = tenant.Length == 0 ? null : new GrantSeen("s", 1, $"{tenant}/{user}", "bureau") });

    public static readonly Gen<ImmutableArray<ObservedSession>> Report =
        Observed.Array[0, 5].Select(seen => seen.DistinctBy(s => s.User).ToImmutableArray());

    public static readonly Gen<HostObservation> Observation =
        Gen.Select(Gen.Double[0, 3], Gen.Double[0, 1], (load, memory) => new HostObservation(Noon, null, "boot", "00", load, memory));

    public static readonly Gen<string> Boot = Gen.OneOf("boot", "boot", "boot", "boot-2");

    public static readonly Gen<ImmutableArray<HostChoice>> Pool = Gen.Select(
        Gen.Enum<HostHealth>(), Observation, Report, Gen.Int[1, 6], Gen.OneOf(Users).Array[0, 5], Gen.Int[0, 5],
        (health, seen, report, seats, holders, drain) => (health, seen, report, seats, holders: holders.ToHashSet(), drain)).Array[0, 6]
        .Select(hosts => hosts.Select((h, index) => new HostChoice(
            new SessionHost(new HostId($"blade{index}"), "127.0.0.1", 3389, h.seats), h.health, h.health == HostHealth.NeverSeen ? null : h.seen, Count(h.holders, h.health == HostHealth.NeverSeen ? [] : h.report))
        { HoldsTheirs = h.holders.Contains(Users[0]), Draining = h.drain == 0 }).ToImmutableArray());

    /// <summary>The seats of a host in numbers, as a look at it finds them.</summary>
    public static SeatCount Count(IReadOnlySet<string> holders, IEnumerable<ObservedSession> report)
    {
        var seen = report.DistinctBy(session => session.User).ToDictionary(session => session.User, session => session.Grant is { } grant ? new PersonId(grant.Person).Tenant : (TenantId?)null);
        return new SeatCount(holders.Count, seen.Keys.Count(holders.Contains), seen.Where(one => !holders.Contains(one.Key)).ToImmutableDictionary());
    }

    /// <summary>Sessions without a seat of whom nobody says whose they are.</summary>
    public static ImmutableDictionary<string, TenantId?> Strays(params string[] accounts) => accounts.ToImmutableDictionary(account => account, _ => (TenantId?)null);

    public static readonly Gen<Session> AnySession = Gen.Select(
        Gen.OneOf(Users), Gen.Enum<SessionPhase>(), Gen.Int[0, 5], Gen.Long[1, 5], Gen.Long[0, 5], Gen.Int[-60, 60].Nullable(), Gen.Long[1, 9],
        (user, phase, host, fence, redeemed, lease, serial) => Session(user, phase, $"blade{host}") with
        {
            Fence = new Fence(fence),
            Redeemed = new Fence(Math.Min(redeemed, fence)),
            LeaseUntil = lease is { } seconds ? Noon.AddSeconds(seconds) : null,
            Serial = serial,
        });

    public static Session Session(string user, SessionPhase phase, string host = "blade0") => new(
        new SessionId($"s-{user}"), new PersonId($"drancy/{user}"), user, new PoolId("bureau"), new HostId(host), phase, new StationId("poste-a"),
        1, new Fence(1), default, default, null, "boot", 1);
}
