using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging.Abstractions;
using VdiBroker.Broker.Tests.Rpc;
using VdiBroker.City.Processes;
using VdiBroker.Directory;
using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Protocol;
using VdiBroker.Protocol.Host.V1;
using VdiBroker.Rpc;
using VdiBroker.Sessions;
using VdiBroker.Trust;
using Xunit;
using ObservedSession = VdiBroker.Protocol.Host.V1.ObservedSession;

namespace VdiBroker.Broker.Tests.Sessions;

public sealed class ReportReaderTests
{
    private static readonly SessionHost _host = new(new HostId("blade1"), "127.0.0.1", 3389, 4);
    private readonly ReportReader _reader = new(new HandClock(DateTimeOffset.UtcNow), NullLogger<ReportReader>.Instance);

    [Fact]
    public void Whoever_can_sign_in_can_be_on_a_host() => Assert.Equal(LoginName.MaxLength, AccountNames.Longest);

    [Fact]
    public void Whoever_can_sign_in_can_be_told_again_by_a_host()
    {
        Assert.True(PeerName.IsName(new string('t', AccountNames.LongestTenant)));
        Assert.False(PeerName.IsName(new string('t', AccountNames.LongestTenant + 1)));
        var person = PersonId.Of(new TenantId(new string('t', AccountNames.LongestTenant)), new string('a', LoginName.MaxLength)).Value;
        Assert.Equal(person, Assert.Single(Read(Seen("a", seen => (seen.SessionId, seen.Person) = ("s", person))).Sessions).Grant!.Person);
        Assert.Null(Assert.Single(Read(Seen("a", seen => (seen.SessionId, seen.Person) = ("s", person + "a"))).Sessions).Grant);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(65, true)]
    [InlineData(256, true)]
    [InlineData(0, false)]
    [InlineData(257, false)]
    public void A_row_whose_user_nobody_can_be_is_left_out_and_the_others_count(int length, bool counts)
    {
        var name = new string('a', length);
        string[] expected = counts ? [name, "b"] : ["b"];
        Assert.Equal(expected, Read(Seen(name), Seen("b")).Sessions.Select(session => session.User));
    }

    [Fact]
    public void A_session_of_which_something_else_cannot_be_read_runs_all_the_same()
    {
        var late = Seen("late", seen => seen.Since = new Timestamp { Seconds = 999_999_999_999 });
        var idle = Seen("idle", seen => seen.Idle = new Duration { Seconds = -1 });
        var grants = (ObservedSession[])
        [
            Seen("a", seen => seen.SessionId = new string('s', 65)), Seen("b", seen => (seen.SessionId, seen.Fence) = ("s", ulong.MaxValue)),
            Seen("c", seen => (seen.SessionId, seen.Person) = ("s", "x\ny")), Seen("d", seen => (seen.SessionId, seen.Pool) = ("s", "No Pool")),
        ];
        var read = Read([late, idle, .. grants]).Sessions;
        Assert.Equal(["late", "idle", "a", "b", "c", "d"], read.Select(session => session.User));
        Assert.Equal(DateTimeOffset.UnixEpoch, read[0].Since);
        Assert.Null(read[1].Idle);
        Assert.All(read, session => Assert.Null(session.Grant));
    }

    [Fact]
    public void The_log_has_it_once_in_a_while_for_each_host()
    {
        var (clock, log) = (new HandClock(DateTimeOffset.UtcNow), new KeptLines<ReportReader>());
        var reader = new ReportReader(clock, log);
        for (var n = 0; n < 3; n++) reader.Read(_host, new Hello(), new Observation { Sessions = { Seen("") } });
        Assert.Equal(1040, Assert.Single(log.Lines).Id);
        clock.Turn(TimeSpan.FromMinutes(1));
        reader.Read(_host, new Hello(), new Observation { Sessions = { Seen("") } });
        reader.Read(_host, new Hello(), new Observation { Sessions = { Seen("good") } });
        Assert.Equal(2, log.Lines.Count);
    }

    [Fact]
    public void More_sessions_than_any_honest_host_has_are_refused() =>
        Assert.Throws<RefusalException>(() => Read([.. Enumerable.Range(0, 25).Select(n => Seen($"u{n}"))]));

    private HostReading Read(params ObservedSession[] sessions) => _reader.Read(_host, new Hello(), new Observation { Sessions = { sessions } });

    [Fact]
    public void Nobody_is_led_back_to_an_orphan_that_is_on_no_screen()
    {
        var (noon, seen) = (DateTimeOffset.UnixEpoch, new HostReading("boot", "00", 0, 0, []));
        Hosts.ObservedSession[] sessions = [new("amelie", 10, false, noon), new("karim", 11, false, noon) { Orphaned = true }, new("lea", 12, true, noon) { Orphaned = true }];
        Assert.Equal("amelie\nlea", (seen with { Sessions = [.. sessions] }).Accounts);
    }

    private static ObservedSession Seen(string user, Action<ObservedSession>? with = null)
    {
        var seen = new ObservedSession { User = user, Connected = true };
        with?.Invoke(seen);
        return seen;
    }
}
