using VdiBroker.Agent.Grants;
using VdiBroker.Agent.Local;
using VdiBroker.Agent.Printing;
using Xunit;

namespace VdiBroker.HostAgent.Tests;

/// <summary>The rules about the rooms' printers, without a CUPS.</summary>
public sealed class RoomPrinterTests
{
    private static readonly DateTimeOffset _now = new(2026, 11, 29, 8, 30, 0, TimeSpan.Zero);

    [Fact]
    public void Each_printer_is_seen_by_those_who_sit_in_its_room_or_were_just_let_in()
    {
        var wanted = RoomPrinters.Wanted(
            [
                Granted("amelie", 600, "lp12", "lp12-color"), Granted("bruno", 600, "LP12"), Granted("celine", 10, "lp13"), Granted("denis", 600, "lp14"), Granted("@all,root", 1, "lp12"), Granted("emma", 600),
            ],
            new HashSet<string> { "amelie", "bruno", "emma" }, _now);
        Assert.Equal(["lp12", "lp12-color", "lp13"], wanted.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["amelie", "bruno"], wanted["lp12"]);
        Assert.Equal(["amelie"], wanted["lp12-color"]);
        Assert.Equal(["celine"], wanted["lp13"]);
    }

    [Fact]
    public void Only_what_the_backend_has_held_goes_on_by_itself()
    {
        string[] said =
        [
            "lp12-5                  uucp              1024   Sun Nov 29 18:24:32 2026", "\tStatus: its person sits at no station; the document waits until they do", "\tAlerts: job-hold-until-specified", "\tqueued for lp12",
            "lp-12-couleur-7         uucp              1024   Sun Nov 29 18:24:32 2026", "\tAlerts: job-hold-until-specified", "\tqueued for lp-12-couleur",
            "lp12-8                  uucp              1024   Sun Nov 29 18:24:32 2026", "\tStatus: perhaps printed already: the station went while it printed", "\tAlerts: job-hold-until-specified",
            "lp12-9                  uucp              1024   Sun Nov 29 18:24:32 2026", "\tStatus: sending", "\tAlerts: job-incoming", "",
        ];
        Assert.Equal([("lp12-5", true), ("lp-12-couleur-7", false), ("lp12-8", false), ("lp12-9", false)], HostCups.JobsIn(string.Join('\n', said)));
    }

    [Theory]
    [InlineData("print amelie.durand lp12", true)]
    [InlineData("print amelie.durand Étage-2", true)]
    [InlineData("print amelie.durand -x", false)]
    [InlineData("print amelie.durand a/b", false)]
    [InlineData("print amelie.durand", false)]
    [InlineData("print a:b lp12", false)]
    public void The_local_socket_takes_names_only(string line, bool taken) => Assert.Equal(taken, LocalMessage.Parse(System.Text.Encoding.UTF8.GetBytes(line)) is LocalMessage.Print);

    private static Grant Granted(string user, int secondsAgo, params string[] printers) =>
        new(user, "s-" + user, 1, "", "", _now - TimeSpan.FromSeconds(secondsAgo)) { Printers = string.Join(',', printers) };
}
