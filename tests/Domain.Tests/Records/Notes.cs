using System.Collections.Immutable;
using CsCheck;
using VdiBroker.Kernel;
using VdiBroker.Records;

namespace VdiBroker.Domain.Tests.Records;

/// <summary>Random notes: few names, so that facts meet.</summary>
internal static class Notes
{
    public static readonly PersonId Amelie = new("drancy/amelie");
    public static readonly StationId Here = new("poste-1");
    private static readonly Gen<StationId> _station = Pick.From(Here, new StationId("poste-2"));
    private static readonly Gen<SessionId> _session = Pick.From(new SessionId("s1"), new SessionId("s2"));
    private static readonly Gen<Fence> _fence = Gen.Long[1, 3].Select(n => new Fence(n));
    private static readonly Gen<TimeSpan> _time = Gen.Int[0, 5000].Select(ms => TimeSpan.FromMilliseconds(ms));
    private static readonly HostLine _line = new(new HostId("blade1"), "Offered", 0.5, 1, 3, "Neither");

    public static readonly Gen<Fact> Fact = Gen.OneOf<Fact>(
        Gen.Select(_station, _time).Select(x => (Fact)new Fact.Tried(x.Item1, Amelie, x.Item2)),
        Gen.Select(_time, _time, _time).Select(x => (Fact)new Fact.SignedIn(7, Amelie, Here, new SignInTimes(x.Item1 + x.Item2 + x.Item3, x.Item1, x.Item2), false)),
        _station.Select(s => (Fact)new Fact.Asked(Amelie, s, null)),
        Pick.From("Place", "AllFull", "Resume").Select(d => (Fact)new Fact.Considered(new PoolId("bureau"), d, "spread", [_line])),
        Pick.From<Fact>(new Fact.Waits("WaitingForEnd"), new Fact.GaveUp(true), new Fact.GaveUp(false), new Fact.Closed(true), new Fact.Closed(false), new Fact.Unknown(), new Fact.Dropped(3)),
        Gen.Int[1, 4].Select(n => (Fact)new Fact.Queued(n, 4, null)),
        Gen.Select(_session, _fence, Gen.Bool).Select(x => (Fact)new Fact.Claimed(x.Item1, new HostId("blade1"), x.Item2, x.Item3)),
        Gen.Select(_fence, Pick.From("Granted", "Used")).Select(x => (Fact)new Fact.Presented(new HostId("blade1"), x.Item1, x.Item2)),
        Gen.Select(_session, Pick.From("Active", "Disconnected", "Ending", "Ended", "Lost", "Expired", "Frozen")).Select(x => (Fact)new Fact.Became(x.Item1, x.Item2, "cause")),
        Gen.Select(_fence, _time.Nullable()).Select(x => (Fact)new Fact.Shown(x.Item1, x.Item2, null, null)),
        _station.Select(s => (Fact)new Fact.Moved(s, 8)),
        Gen.Select(_session, Pick.From("idle", "hours")).Select(x => (Fact)new Fact.EndTold(x.Item1, x.Item2, Farms.Noon)),
        Gen.Select(_session, Gen.Bool).Select(x => x.Item2 ? (Fact)new Fact.EndTakenBack(x.Item1, "idle") : new Fact.EndPutOff(x.Item1, "idle", Farms.Noon)),
        Gen.Int[1, 9].Select(n => (Fact)new Fact.Refused(n, "abcdefgh", "")));

    /// <summary>Notes of two writers, whose clocks of arrival jump about.</summary>
    public static readonly Gen<ImmutableArray<Note>> Some = Gen.Select(Fact, Gen.Int[0, 60], Gen.Bool).Array[0, 30].Select(all => all
        .Select((x, number) => new Note(Farms.Noon.AddSeconds(x.Item2), x.Item3 ? "a" : "b", number, x.Item1)).ToImmutableArray());

    /// <summary>One note after the other, a second apart, by one writer.</summary>
    public static Course Told(params Fact[] facts) => Course.Of(facts.Select((fact, number) => new Note(Farms.Noon.AddSeconds(number), "a", number, fact)));
}
