using System.Diagnostics;
using System.Globalization;
using VdiBroker.Agent.Visitors;
using VdiBroker.City.Processes;
using VdiBroker.HostAgent.Tests.Rig;
using VdiBroker.Protocol.Host.V1;
using Xunit;
using Xunit.Abstractions;

namespace VdiBroker.HostAgent.Tests;

/// <summary>Visitors on a real xrdp host: their account is made for one session and wiped after it, which is proven.</summary>
public sealed class VisitorTests(BladeWithStation city, ITestOutputHelper output) : IClassFixture<BladeWithStation>
{
    // What somebody leaves who means no harm, and somebody who does: files, a folder of their own, memory, programs that do not heed their end and start others.
    private const string Leave = """
        cd; umask 077; echo secret > letter; mkdir -p deep/er; echo secret > deep/er/one
        for place in /tmp /var/tmp /dev/shm; do echo secret > "$place/letter-of-$(id -u)"; mkdir "$place/folder-of-$(id -u)"; echo secret > "$place/folder-of-$(id -u)/one"; done
        ln -s /etc /tmp/link-of-$(id -u); ipcmk -M 4096 >/dev/null; ipcmk -S 1 >/dev/null; ipcmk -Q >/dev/null
        setsid sh -c 'trap "" TERM HUP; while true; do sleep 0.2; done' >/dev/null 2>&1 </dev/null &
        """;

    [Fact]
    public async Task A_visitor_finds_nothing_of_the_one_before_and_leaves_nothing()
    {
        var first = await VisitAsync("v-aaaaaaaaaaaaaaaa", "s-first");
        await city.Blade.RunInsideAsync(first, "sh", "-c", $"HOME={city.Host.At("visitors")}/v-aaaaaaaaaaaaaaaa; {Leave}");
        Assert.NotEmpty(await OwnedAsync(first));
        Assert.NotEmpty(city.Blade.ProcessesOf(first));
        Assert.True(File.Exists(city.Host.At("desktops/v-aaaaaaaaaaaaaaaa")));
        // A printer of the host's own, which the agent has nothing to do with: a document waits there, and one has been printed.
        var cups = city.Host.At("cups/cups.sock");
        Assert.Equal(0, (await city.Blade.RunInsideAsync(null, "lpadmin", "-h", cups, "-p", "own", "-E", "-v", "file:/dev/null", "-m", "raw")).Status);
        foreach (var more in (string[][])[[], ["-H", "hold"]]) Assert.Equal(0, (await city.Blade.RunInsideAsync(first, ["lp", "-h", cups, "-d", "own", .. more, "/etc/hostname"])).Status);
        Assert.NotEmpty(await JobsAsync(cups, "v-aaaaaaaaaaaaaaaa"));
        Assert.Equal("700", (await city.Blade.RunInsideAsync(null, "stat", "-c", "%a", city.Host.At("visitors/v-aaaaaaaaaaaaaaaa"))).Output.Trim());

        var clock = Stopwatch.StartNew();
        await city.EndAsync("v-aaaaaaaaaaaaaaaa", "s-first");
        await WipedAsync("v-aaaaaaaaaaaaaaaa", "s-first");
        var took = clock.Elapsed;
        await NothingOfAsync(first, "v-aaaaaaaaaaaaaaaa");
        Assert.Empty(await JobsAsync(cups, "v-aaaaaaaaaaaaaaaa"));
        Assert.False(File.Exists(city.Host.At("desktops/v-aaaaaaaaaaaaaaaa")));
        // Its seat was taken in every report until then.
        var told = Reports().Select(report => Has(report, "v-aaaaaaaaaaaaaaaa")).SkipWhile(has => !has).SkipWhile(has => has);
        Assert.DoesNotContain(true, told);
        Assert.All(Reports().Where(report => report.WipedSessionIds.Contains("s-first")), report => Assert.False(Has(report, "v-aaaaaaaaaaaaaaaa")));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"from the order to the proof {took.TotalSeconds:0.0} s"));

        var second = await VisitAsync("v-bbbbbbbbbbbbbbbb", "s-second");
        Assert.NotEqual(first, second);
        Assert.DoesNotContain("secret", (await city.Blade.RunInsideAsync(second, "sh", "-c", $"cat {city.Host.At("visitors")}/*/letter /tmp/*of* /var/tmp/*of* /dev/shm/*of* 2>&1")).Output, StringComparison.Ordinal);
        await city.EndAsync("v-bbbbbbbbbbbbbbbb", "s-second");
        await WipedAsync("v-bbbbbbbbbbbbbbbb", "s-second");
    }

    [Fact]
    public async Task What_a_dead_agent_left_is_wiped_by_the_next_one()
    {
        const string name = "v-cccccccccccccccc";
        var user = await VisitAsync(name, "s-third");
        await city.Blade.RunInsideAsync(user, "sh", "-c", $"HOME={city.Host.At("visitors")}/{name}; {Leave}");
        var attachments = city.Broker.Attachments.Count;
        Process.GetProcessById(city.Blade.AgentPid).Kill();
        foreach (var process in city.Blade.ProcessesOf(user)) Signal.Send(process, Signal.Kill);
        await city.Broker.AttachedAsync(attachments + 1);
        await WipedAsync(name, "s-third");
        await NothingOfAsync(user, name);
    }

    [Fact]
    public async Task What_cannot_be_removed_keeps_the_seat_is_said_and_tried_again()
    {
        const string name = "v-dddddddddddddddd";
        var user = await VisitAsync(name, "s-fourth");
        var stuck = string.Create(CultureInfo.InvariantCulture, $"/var/tmp/stuck-{user}");
        await city.Blade.RunInsideAsync(user, "touch", stuck);
        Assert.Equal(0, (await city.Blade.RunInsideAsync(null, "chattr", "+i", stuck)).Status);
        try
        {
            await city.EndAsync(name, "s-fourth");
            // Two searches of all that people can write to, at a low priority.
            await Eventually.HoldsAsync("the failure is reported", TimeSpan.FromMinutes(3), () => city.Seen(name)?.Wiping is { Failed: > 1 });
            Assert.Equal("files below /var", city.Seen(name)!.Wiping.Left);
            Assert.Contains($"account {name} is NOT wiped", city.Host.Log, StringComparison.Ordinal);
            Assert.DoesNotContain("stuck", city.Host.Log, StringComparison.Ordinal);
            // Nobody gets into an account that is on its way out.
            Assert.NotEqual(0, (await city.OpenAndEndAsync(name, "visitor-s-fourth")));
        }
        finally
        {
            await city.Blade.RunInsideAsync(null, "chattr", "-i", stuck);
        }
        await WipedAsync(name, "s-fourth");
        await NothingOfAsync(user, name);
    }

    [Fact]
    public void The_kernel_s_table_of_memory_is_read_by_its_head()
    {
        const string table = "       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  cgid\n         0          7  1600                  4096     1     1      0 70001 70001 70001 70001\n         0          9  1600                  4096     1     1      0     0     0 70001 70001\n         0         11  1600                  4096     1     1      0 70002 70002 70002 70002\n";
        Assert.Equal(["7", "9"], LeftMemory.Parse(table, 70001, "shmid"));
        Assert.Empty(LeftMemory.Parse("", 70001, "shmid"));
    }

    [Fact]
    public void Every_place_that_people_can_write_to_is_searched_once_and_nobody_else_s()
    {
        string[] lines =
        [
            "1 0 8:1 / / rw,relatime - ext4 /dev/sda1 rw", "2 1 0:5 / /proc rw - proc proc rw", "3 1 0:6 / /tmp rw,nosuid shared:1 - tmpfs tmpfs rw", "4 1 8:2 / /usr ro - ext4 /dev/sda2 ro",
            "5 1 0:9 / /home rw - nfs4 homes:/home rw", "6 1 0:6 / /var/tmp rw - tmpfs tmpfs rw", "7 1 0:7 / /run/user/1 rw - fuse.gvfsd-fuse gvfs rw",
        ];
        Assert.Equal(["/", "/tmp"], LeftFiles.MountsOf(lines));
    }

    [Theory]
    [InlineData("v-abcdefghij234567", true)]
    [InlineData("v-", false)]
    [InlineData("root", false)]
    [InlineData("v-../../etc", false)]
    [InlineData("v-A", false)]
    [InlineData("v-a:0", false)]
    public void Only_a_visitor_s_account_is_ever_made_or_removed(string name, bool theirs) => Assert.Equal(theirs, VisitorAccounts.IsName(name));

    [Fact]
    public void Accounts_of_others_stay_as_they_are_and_no_number_comes_again_soon()
    {
        var folder = Directory.CreateTempSubdirectory("vdi-accounts-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "passwd"), "jean:x:5000:5000::/home/jean:/bin/sh\n");
            var accounts = new VisitorAccounts(folder, "/homes");
            var made = Enumerable.Range(0, 50).Select(n =>
            {
                var account = accounts.Make($"v-a{n}");
                Assert.Contains(account, accounts.All());
                accounts.Remove(account);
                return account.Id;
            }).ToList();
            Assert.Equal(50, made.Distinct().Count());
            Assert.All(made, id => Assert.InRange(id, VisitorAccounts.First, VisitorAccounts.Last));
            Assert.Equal("jean:x:5000:5000::/home/jean:/bin/sh\n", File.ReadAllText(Path.Combine(folder, "passwd")));
            // Another agent goes on with the next.
            Assert.DoesNotContain(new VisitorAccounts(folder, "/homes").Make("v-b").Id, made);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private Observation[] Reports() => [.. city.Broker.Attachments.Last(host => host.Latest is not null).Observations];

    private static bool Has(Observation report, string name) => report.Sessions.Any(session => session.User == name);

    /// <summary>Somebody sits down; gives the number of their account.</summary>
    private async Task<int> VisitAsync(string name, string session)
    {
        city.Broker.Redeem = asked => asked.Ticket == "visitor-" + session
            ? new RedeemTicketReply { Redemption = Redemption.Granted, SessionId = session, Fence = 1, Person = "drancy/visitor/" + name[2..], Pool = "visite", Visitor = true, Settings = new DesktopSettings { Language = "fr", TextSize = "1", Contrast = "normal" } }
            : new RedeemTicketReply { Redemption = Redemption.Unknown };
        await using var client = await city.OpenAsync(name, "visitor-" + session);
        await Soon.HoldsAsync("seen, with a station", () => city.Seen(name) is { Connected: true });
        return int.Parse((await city.Blade.RunInsideAsync(null, "id", "-u", name)).Output, CultureInfo.InvariantCulture);
    }

    private async Task<string> JobsAsync(string cups, string user) => (await city.Blade.RunInsideAsync(null, "lpstat", "-h", cups, "-W", "all", "-u", user)).Output.Trim();

    private Task WipedAsync(string name, string session) => Eventually.HoldsAsync($"{name} is wiped", TimeSpan.FromMinutes(3), () =>
        city.Seen(name) is null && Reports()[^1].WipedSessionIds.Contains(session));

    private async Task<string[]> OwnedAsync(int user) =>
        (await city.Blade.RunInsideAsync(null, "find", "/", city.Host.At("tmp"), "/dev/shm", city.Host.Folder, "-xdev", "(", "-uid", $"{user}", "-o", "-gid", $"{user}", ")", "-print")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private async Task NothingOfAsync(int user, string name)
    {
        Assert.Empty(await OwnedAsync(user));
        Assert.Empty(city.Blade.ProcessesOf(user));
        Assert.Equal(2, (await city.Blade.RunInsideAsync(null, "getent", "passwd", name)).Status);
        Assert.Equal(2, (await city.Blade.RunInsideAsync(null, "getent", "group", name)).Status);
        Assert.DoesNotContain($" {user} ", (await city.Blade.RunInsideAsync(null, "sh", "-c", "cat /proc/sysvipc/*")).Output, StringComparison.Ordinal);
    }
}
