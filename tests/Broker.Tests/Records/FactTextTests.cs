using System.Text;
using CsCheck;
using VdiBroker.Kernel;
using VdiBroker.Records;
using Xunit;

namespace VdiBroker.Broker.Tests.Records;

public sealed class FactTextTests
{
    private static readonly Gen<string> _word = Gen.String[Gen.Char["abé\"|{}\\/'\n "], 0, 8];
    private static readonly Gen<TimeSpan> _time = Gen.Int[0, 500_000].Select(tenths => TimeSpan.FromMilliseconds(tenths / 10.0));
    private static readonly Gen<Fence> _fence = Gen.Long[1, 9_007_199_254_740_991].Select(n => new Fence(n));

    private static readonly Gen<Fact> _fact = Gen.OneOf<Fact>(
        Gen.Select(_word, _word.Null(), _time.Nullable()).Select(x => (Fact)new Fact.Tried(new StationId(x.Item1), x.Item2 is { } who ? new PersonId(who) : null, x.Item3) { Name = x.Item2 }),
        Gen.Select(_word, _time, _time, _time, Gen.Bool).Select(x => (Fact)new Fact.SignedIn(1779172265123456, new PersonId(x.Item1), new StationId("a"), new SignInTimes(x.Item2, x.Item3, x.Item4), x.Item5)),
        Gen.Select(_word, _word.Null()).Select(x => (Fact)new Fact.Asked(new PersonId(x.Item1), new StationId("a"), x.Item2 is { } pool ? new PoolId(pool) : null)),
        Gen.Select(_word, _time.Nullable()).Select(x => (Fact)new Fact.Queued(1, 2, x.Item2)),
        Gen.Select(_word, _fence, Gen.Bool).Select(x => (Fact)new Fact.Claimed(new SessionId(x.Item1), new HostId("h"), x.Item2, x.Item3)),
        Gen.Select(_fence, _word).Select(x => (Fact)new Fact.Presented(new HostId("h"), x.Item1, x.Item2)),
        Gen.Select(_word, _word).Select(x => (Fact)new Fact.Became(new SessionId("s"), x.Item1, x.Item2)),
        Gen.Select(_fence, _time.Nullable(), _time.Nullable(), _time.Nullable()).Select(x => (Fact)new Fact.Shown(x.Item1, x.Item2, x.Item3, x.Item4)),
        Gen.Select(_word, _word, Gen.Long[0, 4_000_000_000_000]).Select(x => (Fact)new Fact.EndTold(new SessionId(x.Item1), x.Item2, DateTimeOffset.FromUnixTimeMilliseconds(x.Item3))),
        Gen.Select(_word, _word).Select(x => (Fact)new Fact.EndTakenBack(new SessionId(x.Item1), x.Item2)),
        Gen.Select(_word, _word, Gen.Long[0, 4_000_000_000_000]).Select(x => (Fact)new Fact.EndPutOff(new SessionId(x.Item1), x.Item2, DateTimeOffset.FromUnixTimeMilliseconds(x.Item3))),
        Gen.Select(_word, Gen.Long[0, 9]).Select(x => (Fact)new Fact.Moved(new StationId(x.Item1), x.Item2)),
        Gen.Bool.Select(x => (Fact)new Fact.Closed(x)), Gen.Bool.Select(x => (Fact)new Fact.GaveUp(x)), _word.Select(x => (Fact)new Fact.Waits(x)), Gen.Int[1, 99].Select(x => (Fact)new Fact.Dropped(x)),
        Gen.Select(Gen.Int[0, 40], _word).Select(x => (Fact)new Fact.Refused(x.Item1, "abcdefgh", x.Item2)));

    [Fact]
    public void What_is_written_is_read() => _fact.Sample(fact => Assert.Equal(fact, Again(fact)));

    [Fact]
    public void A_decision_keeps_every_host_it_considered()
    {
        var fact = new Fact.Considered(new PoolId("bureau"), "AllFull", "spread", [new HostLine(new HostId("b1"), "Full", null, 3, 3, "Neither"), new HostLine(new HostId("b2"), "Offered", 0.25, 0, 3, "Preferred")]);
        var read = Assert.IsType<Fact.Considered>(Again(fact));
        Assert.Equal(fact.Hosts.AsEnumerable(), read.Hosts);
        Assert.Equal(fact, read with { Hosts = fact.Hosts });
    }

    [Fact]
    public void What_the_script_writes_in_place_of_dropped_notes_is_what_the_broker_writes() => Assert.Equal("{\"dropped\":3}", Encoding.UTF8.GetString(FactText.Write(new Fact.Dropped(3))));

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[1]")]
    [InlineData("""{"kind":"frozen"}""")]
    [InlineData("""{"kind":"claimed"}""")]
    [InlineData("""{"kind":"claimed","session":1,"fence":"x"}""")]
    [InlineData("""{"kind":"considered","hosts":{}}""")]
    public void What_this_broker_cannot_read_is_unknown_and_no_fault(string text) => Assert.IsType<Fact.Unknown>(FactText.Read(text));

    private static Fact Again(Fact fact) => FactText.Read(Encoding.UTF8.GetString(FactText.Write(fact)));
}
