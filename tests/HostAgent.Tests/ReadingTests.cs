using System.Text;
using CsCheck;
using VdiBroker.Agent;
using VdiBroker.Agent.Configuration;
using VdiBroker.Agent.Ending;
using VdiBroker.Agent.Grants;
using VdiBroker.Agent.Link;
using VdiBroker.Agent.Linux;
using VdiBroker.Agent.Local;
using VdiBroker.Agent.Watching;
using Xunit;

namespace VdiBroker.HostAgent.Tests;

public sealed class ReadingTests
{
    private static readonly string _desktops = Path.Combine(Path.GetTempPath(), $"vdi-desktops-{Guid.NewGuid():N}");
    private static readonly RunningSession Session = new("amelie.durand", 20001, 12, true, DateTimeOffset.UnixEpoch, new SessionServer(30, 5, 20));

    [Fact]
    public void A_process_line_is_read_whatever_the_program_is_called()
    {
        var line = ProcessLine.Parse("42 (a (b) 7 c) S 17 42 42 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 98765 1234 5"u8);

        Assert.Equal(new ProcessLine(42, "a (b) 7 c", 'S', 17, 98765), line);
        Assert.Equal(Environment.ProcessId, ProcessLine.Of(Environment.ProcessId)!.Value.Id);
        Assert.Null(ProcessLine.Of(int.MaxValue));
    }

    [Fact]
    public void Only_connections_that_stand_and_have_a_known_displays_name_are_read()
    {
        var text = """
            Num       RefCount Protocol Flags    Type St Inode Path
            000000001: 00000002 00000000 00010000 0001 01  1001 /run/xrdp/sockdir/xrdp_display_10
            000000002: 00000003 00000000 00000000 0001 03  1002 /run/xrdp/sockdir/xrdp_display_10
            000000003: 00000002 00000000 00010000 0001 01  1003 /run/xrdp/sockdir/xrdp_display_11
            000000004: 00000003 00000000 00000000 0001 03  1004 /run/xrdp/sockdir/xrdp_display_11_extra
            000000005: 00000003 00000000 00000000 0001 03  1005
            000000006: 00000003 00000000 00000000 0001 03  1006 /run/xrdp/sockdir/xrdp_display_
            000000007: 00000003 00000000 00000000 0001 03     0 /run/xrdp/sockdir/xrdp_display_10
            000000008: 00000003 00000000 00000000 0001 03  1008 /run/xrdp/sockdir/xrdp_display_12
            """;
        List<(uint, ulong)> established = [];

        ConnectedDisplays.Parse(Encoding.UTF8.GetBytes(text), new HashSet<uint> { 10, 11 }, established);

        Assert.Equal([(10u, 1002ul)], established);
    }

    [Fact]
    public void Nothing_that_is_read_makes_a_reader_fail()
    {
        string[] words = ["redeem ", "session ", "amelie", " ", "(", ")", "\n", "12", " 03 ", "/xrdp_display_", "4294967296", ": ", "=", "broker", "#", "\u00e9", "\0"];
        var pieces = Gen.Int[0, words.Length - 1].Select(word => words[word]);
        Gen.Select(pieces.Array[0, 40], Gen.Byte.Array[0, 20], Gen.Int[0, 60]).Sample((said, noise, cut) =>
        {
            byte[] bytes = [.. Encoding.UTF8.GetBytes(string.Concat(said)), .. noise];
            var text = bytes.AsSpan(Math.Min(cut, bytes.Length));
            _ = ProcessLine.Parse(text);
            ConnectedDisplays.Parse(text, new HashSet<uint> { 12 }, []);
            _ = LocalMessage.Parse(text);
            _ = SettingLines.Parse("/f", Encoding.UTF8.GetString(text).Split('\n'), []);
            return AgentLog.Plain(Encoding.UTF8.GetString(text)).All(sign => !char.IsControl(sign));
        });
    }

    [Theory]
    [InlineData("redeem amelie.durand 43", true)]
    [InlineData("session open_session amelie.durand", true)]
    [InlineData("redeem amelie.durand 0", false)]
    [InlineData("redeem amelie.durand 1025", false)]
    [InlineData("redeem amelie.durand -1", false)]
    [InlineData("redeem amelie durand 43", false)]
    [InlineData("redeem ../etc 43", false)]
    [InlineData("redeem  43", false)]
    [InlineData("session open\tsession amelie", false)]
    [InlineData("", false)]
    public void Only_well_formed_messages_are_understood(string line, bool understood) =>
        Assert.Equal(understood, LocalMessage.Parse(Encoding.UTF8.GetBytes(line)) is not null);

    [Fact]
    public void The_wait_for_a_broker_grows_to_five_seconds_and_is_never_longer()
    {
        Gen.Select(Gen.Int[1, int.MaxValue], Gen.Double.Unit).Sample((failures, draw) =>
            Backoff.After(failures, draw) is var wait && wait >= Backoff.First / 2 && wait <= Backoff.Longest);
        Assert.True(Backoff.After(1, 1) <= TimeSpan.FromSeconds(0.2));
        Assert.True(Backoff.After(20, 0) >= TimeSpan.FromSeconds(2.5));
    }

    [Fact]
    public void Programs_are_asked_before_the_window_manager_and_other_sessions_are_left_alone()
    {
        var tree = SessionTree.Of(Session, Processes(
            (10, "xrdp-sesman", 1), (20, "xrdp-sesman", 10), (30, "Xorg", 20), (31, "startwm.sh", 20), (32, "xrdp-chansrv", 20),
            (33, "openbox", 31), (34, "xterm", 31), (35, "sh", 34),
            (21, "xrdp-sesman", 10), (40, "Xorg", 21), (41, "startwm.sh", 21)));

        Assert.Equal([34, 35], tree.Programs.Select(line => line.Id));
        Assert.Equal([31, 33], tree.Desktop.Select(line => line.Id));
        Assert.Equal([30, 32], tree.Rest.Select(line => line.Id).Order());
        Assert.Equal(20, tree.Leader?.Id);
    }

    [Fact]
    public void A_parent_that_is_not_this_sessions_leader_is_never_ended()
    {
        var orphan = SessionTree.Of(Session with { Server = new SessionServer(30, 5, 1) }, Processes((1, "init", 0), (30, "Xorg", 1), (50, "sshd", 1)));
        Assert.Equal([30], orphan.Members.Select(line => line.Id));
        Assert.Null(orphan.Leader);

        var shared = SessionTree.Of(Session, Processes((20, "xrdp-sesman", 1), (30, "Xorg", 20), (40, "Xorg", 20), (41, "startwm.sh", 20)));
        Assert.Equal([30], shared.Members.Select(line => line.Id));
        Assert.Null(shared.Leader);
    }

    [Fact]
    public void Sesman_has_lost_what_it_did_not_begin_itself()
    {
        static ProcessLine Sesman(int id) => new(id, "xrdp-sesman", 'S', 1, (ulong)id);

        // Its own process has died; another sesman has begun since.
        Assert.True(Orphans.IsLost(null, []));
        Assert.True(Orphans.IsLost(Sesman(20), [Sesman(40)]));
        // Nobody can log on yet; it leads its servers itself; another sesman of the host was there before.
        Assert.False(Orphans.IsLost(Sesman(20), []));
        Assert.False(Orphans.IsLost(Sesman(20), [Sesman(20)]));
        Assert.False(Orphans.IsLost(Sesman(20), [Sesman(10)]));
    }

    [Fact]
    public void An_orphan_is_ended_when_it_is_on_no_screen_or_its_person_has_another_desktop()
    {
        var orphan = Session with { Orphaned = true };
        var own = Session with { Display = 12, Server = new SessionServer(60, 9, 50) };
        Assert.Null(OrphanWatch.Reason(orphan, [orphan], null));
        Assert.Null(OrphanWatch.Reason(orphan, [orphan, own with { Orphaned = true }, own with { UserId = Session.UserId + 1 }], OrphanWatch.Alone - TimeSpan.FromSeconds(1)));
        Assert.NotNull(OrphanWatch.Reason(orphan, [orphan], OrphanWatch.Alone));
        Assert.NotNull(OrphanWatch.Reason(orphan, [orphan, own], null));
    }

    [Fact]
    public void A_display_counts_once_for_a_person_hides_nobody_elses_and_the_list_has_an_end()
    {
        static XServer Server(int id, uint display, uint owner) => new(new ProcessLine(id, "Xorg", 'S', 1, (ulong)id), display, owner);

        Assert.Equal([1, 3, 4], XServers.Choose([Server(4, 11, 5000), Server(2, 10, 5000), Server(1, 10, 5000), Server(3, 10, 6000)]).Select(server => server.Line.Id));
        var many = XServers.Choose(Enumerable.Range(1, 3000).Reverse().Select(id => Server(id, (uint)id, 5000)));
        Assert.Equal(Enumerable.Range(1, XServers.Most), many.Select(server => server.Line.Id));
    }

    [Fact]
    public void Nobody_is_let_into_the_desktop_of_another_person_who_has_the_same_account_and_it_is_told_for_a_while()
    {
        var log = new AgentLog(TextWriter.Null);
        var file = Path.GetTempFileName();
        var now = DateTimeOffset.UtcNow;
        var book = new GrantBook(new StateFile(file, "boot-1", log), new DesktopFiles(_desktops, log));
        Grant One(string session, ulong fence, string person, TimeSpan ago) => new("amelie", session, fence, person, "office", now - ago);
        var hers = One("s1", 1, "drancy/amelie", TimeSpan.FromHours(3));
        Assert.Null(book.Add(hers, runs: false));

        Assert.Equal(hers, book.Add(One("s2", 2, "dugny/amelie", TimeSpan.Zero), runs: true));
        Assert.Equal(hers, book.Of("amelie"));
        // Nor is she kept out, nor whom an older broker does not name.
        Assert.Null(book.Add(One("s1", 3, "drancy/amelie", TimeSpan.Zero), runs: true));
        // Her desktop may still be on its way; after that it has not come.
        Assert.NotNull(book.Add(One("s4", 4, "dugny/amelie", TimeSpan.Zero), runs: false));
        Assert.Null(book.Add(One("s5", 5, "dugny/amelie", -GrantBook.ToAppear), runs: false));
        Assert.Null(book.Add(One("s6", 6, "", TimeSpan.Zero), runs: true));

        Assert.Equal([("s2", "drancy/amelie"), ("s4", "drancy/amelie")], book.KeptOut(now).Select(one => (one.Refused.SessionId, one.Holder.Person)));
        // Who is let in later, as the same session, is told as kept out no more: the broker would end it.
        Assert.Null(book.Add(One("s4", 7, "dugny/amelie", -2 * GrantBook.ToAppear), runs: false));
        Assert.Equal("s2", Assert.Single(book.KeptOut(now)).Refused.SessionId);
        Assert.Empty(book.KeptOut(now + GrantBook.Told + TimeSpan.FromSeconds(1)));
        File.Delete(file);
    }

    [Fact]
    public void Of_two_grants_of_one_session_the_higher_fence_stays_and_the_book_survives_a_restart_but_not_a_boot()
    {
        var file = Path.GetTempFileName();
        var log = new AgentLog(TextWriter.Null);
        var now = DateTimeOffset.UtcNow;
        var book = new GrantBook(new StateFile(file, "boot-1", log), new DesktopFiles(_desktops, log));
        book.Add(new Grant("amelie", "s1", 5, "drancy/amelie", "office", now), runs: false);
        book.Add(new Grant("amelie", "s1", 4, "drancy/amelie", "school", now), runs: false);
        book.Add(new Grant("bruno", "s2", 9, "", "", now), runs: false);
        book.Add(new Grant("bruno", "s3", 2, "", "", now), runs: false);
        book.Add(new Grant("celine", "s4", 1, "", "", now - TimeSpan.FromHours(2)), runs: false);
        book.Add(new Grant("denis", "s5", 1, "", "", now - TimeSpan.FromHours(2)), runs: false);
        book.Forget(new HashSet<string> { "celine" }, now);

        var same = new GrantBook(new StateFile(file, "boot-1", log), new DesktopFiles(_desktops, log));
        same.Load();
        Assert.Equal(new Grant("amelie", "s1", 5, "drancy/amelie", "office", DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds())), same.Of("amelie"));
        Assert.Equal("s3", same.Of("bruno")!.SessionId);
        Assert.NotNull(same.Of("celine"));
        Assert.Null(same.Of("denis"));
        var other = new GrantBook(new StateFile(file, "boot-2", log), new DesktopFiles(_desktops, log));
        other.Load();
        Assert.Null(other.Of("amelie"));
        File.Delete(file);
    }

    [Fact]
    public void Grants_of_older_agents_are_still_read_and_say_nothing_of_person_and_pool()
    {
        var file = Path.GetTempFileName();
        File.WriteAllLines(file, ["boot-1", "amelie\ts1\t5\t1700000000", "bruno\ts2\t6\t1700000000\tsomething else", "celine\ts3\t7\t1700000000\tdrancy/celine\toffice"]);
        var book = new GrantBook(new StateFile(file, "boot-1", new AgentLog(TextWriter.Null)), new DesktopFiles(_desktops, new AgentLog(TextWriter.Null)));

        book.Load();

        var at = DateTimeOffset.FromUnixTimeSeconds(1700000000);
        Assert.Equal(new Grant("amelie", "s1", 5, "", "", at), book.Of("amelie"));
        Assert.Equal(new Grant("bruno", "s2", 6, "", "", at), book.Of("bruno"));
        Assert.Equal(new Grant("celine", "s3", 7, "drancy/celine", "office", at), book.Of("celine"));
        File.Delete(file);
    }

    [Fact]
    public void The_root_window_is_found_behind_vendor_and_formats_and_no_greeting_makes_the_reader_fail()
    {
        byte[] greeting = new byte[32 + 8 + (2 * 8) + 40];
        (greeting[16], greeting[20], greeting[21]) = (6, 1, 2);
        greeting[32 + 8 + 16] = 0x7b;

        Assert.Equal(0x7bu, XIdle.Root(greeting));
        Assert.Null(XIdle.Root(greeting.AsSpan(0, 58)));
        Gen.Byte.Array[0, 120].Sample(bytes => { _ = XIdle.Root(bytes); });
    }

    private static Dictionary<int, ProcessLine> Processes(params (int Id, string Name, int Parent)[] processes) =>
        processes.ToDictionary(process => process.Id, process => new ProcessLine(process.Id, process.Name, 'S', process.Parent, (ulong)process.Id));
}
