using System.Diagnostics;
using VdiBroker.City.Processes;
using VdiBroker.HostAgent.Tests.Rig;
using VdiBroker.Protocol.Host.V1;
using Xunit;

namespace VdiBroker.HostAgent.Tests;

public sealed class SessionTests(BladeWithStation city) : IClassFixture<BladeWithStation>
{
    [Fact]
    public async Task A_session_is_seen_from_its_first_ticket_to_the_order_that_ends_it()
    {
        const string person = "amelie.durand";
        city.Broker.Redeem = asked => asked.Ticket.StartsWith("good", StringComparison.Ordinal)
            ? new RedeemTicketReply { Redemption = Redemption.Granted, SessionId = "s-amelie", Fence = ulong.Parse(asked.Ticket[5..], null), Person = "drancy/amelie.durand", Pool = "office" }
            : new RedeemTicketReply { Redemption = Redemption.Unknown };

        await using (var client = await city.OpenAsync(person, "good-7"))
        {
            await Soon.HoldsAsync("seen, with a station", () => city.Seen(person) is { Connected: true });
            var seen = city.Seen(person)!;
            Assert.Equal(("s-amelie", 7UL, "drancy/amelie.durand", "office"), (seen.SessionId, seen.Fence, seen.Person, seen.Pool));
            Assert.InRange(seen.Since.ToDateTimeOffset(), DateTimeOffset.UtcNow.AddSeconds(-20), DateTimeOffset.UtcNow.AddSeconds(2));
            Assert.True(seen.Display > 0);
            client.Send(Signal.Kill);
            await Soon.HoldsAsync("seen, without a station", () => city.Seen(person) is { Connected: false });
        }

        var agent = city.Blade.AgentPid;
        var attachments = city.Broker.Attachments.Count;
        Process.GetProcessById(agent).Kill();
        await city.Broker.AttachedAsync(attachments + 1);
        var kept = city.Seen(person)!;
        Assert.Equal(("s-amelie", 7UL, "drancy/amelie.durand", "office"), (kept.SessionId, kept.Fence, kept.Person, kept.Pool));
        var hellos = city.Broker.Attachments.Select(host => host.Hello!.BootId).Distinct();
        Assert.Single(hellos);

        var display = city.Seen(person)!.Display;
        await using var again = await city.OpenAsync(person, "good-8");
        await Soon.HoldsAsync("on a station again", () => city.Seen(person) is { Connected: true, Fence: 8 });
        Assert.Equal(display, city.Seen(person)!.Display);

        var clock = Stopwatch.StartNew();
        await city.EndAsync(person, "s-amelie");
        await Soon.HoldsAsync("no longer seen", () => city.Seen(person) is null);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"took {clock.Elapsed}");
        await Soon.HoldsAsync("no process is left", () => city.Blade.ProcessesOf(person).Count == 0);
        await again.ExitedAsync(Soon.Deadline);
        Assert.DoesNotContain($"session of {person} did not end", city.Host.Log, StringComparison.Ordinal);

        // Again and again: while the first order is still being tidied up after, another is part of it.
        await Eventually.HoldsAsync("an order without a session is harmless", Soon.Deadline, async () =>
        {
            await city.EndAsync(person, "s-amelie");
            return city.Host.Log.Contains($"order to end the session of {person}: there is none", StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task For_how_long_nobody_touched_a_desktop_is_told_and_a_key_and_a_logon_begin_it_anew()
    {
        const string person = "denis.roux";
        var patience = TimeSpan.FromSeconds(60);
        ulong fence = 0;
        city.Broker.Redeem = _ => new RedeemTicketReply { Redemption = Redemption.Granted, SessionId = "s-denis", Fence = ++fence };
        TimeSpan? Idle() => city.Seen(person)?.Idle?.ToTimeSpan();

        await using (var client = await city.OpenAsync(person, "good"))
        {
            await Eventually.HoldsAsync("untouched for 8 s", patience, () => Idle() > TimeSpan.FromSeconds(8));
            await city.PressAsync("a");
            var pressed = Stopwatch.StartNew();
            await Eventually.HoldsAsync("touched", patience, () => Idle() < TimeSpan.FromSeconds(7));
            Assert.True(Idle() <= pressed.Elapsed + TimeSpan.FromSeconds(1), $"{Idle()} although a key was pressed {pressed.Elapsed} ago");
            await Eventually.HoldsAsync("untouched for 8 s again", patience, () => Idle() > TimeSpan.FromSeconds(8));
            client.Send(Signal.Kill);
            await Soon.HoldsAsync("without a station nothing is said", () => city.Seen(person) is { Connected: false, Idle: null });
        }
        await using var again = await city.OpenAsync(person, "good");
        await Soon.HoldsAsync("told again", () => Idle() is not null);
        Assert.True(Idle() < TimeSpan.FromSeconds(8), $"{Idle()} although the person has just logged on");
        await city.EndAsync(person, "s-denis");
        await Soon.HoldsAsync("no longer seen", () => city.Seen(person) is null);
    }

    [Fact]
    public async Task A_refused_ticket_opens_nothing()
    {
        const string person = "bruno.petit";
        city.Broker.Redeem = _ => new RedeemTicketReply { Redemption = Redemption.OtherUser };

        await using var client = await city.OpenAsync(person, "not-his");

        await Soon.HoldsAsync("refused", () => city.Host.Log.Contains($"ticket of {person} refused: issued for another user", StringComparison.Ordinal));
        var told = city.Broker.Attachments.Last().Observations.Count;
        await Soon.HoldsAsync("three more observations", () => city.Broker.Attachments.Last().Observations.Count >= told + 3);
        Assert.Null(city.Seen(person));
        Assert.Empty(city.Blade.ProcessesOf(person));
        // require_credentials: xrdp hangs up instead of showing its own window to the person.
        await client.ExitedAsync(Soon.Deadline);
        // 12, the same as after signing out: only the broker can say which it was.
        Assert.Equal(12, client.ExitCode);
    }

    [Fact]
    public async Task A_good_ticket_opens_no_account_of_the_hosts_own()
    {
        city.Broker.Redeem = _ => new RedeemTicketReply { Redemption = Redemption.Granted, SessionId = "s-local", Fence = 1 };

        await using var client = await city.OpenAsync(Blade.LocalAccount, "good");

        await client.ExitedAsync(Soon.Deadline);
        Assert.Contains($"ticket of {Blade.LocalAccount} granted", city.Host.Log, StringComparison.Ordinal);
        Assert.Empty(city.Blade.ProcessesOf(Blade.LocalAccount));
        Assert.DoesNotContain(city.Host.Log.Split('\n'), line => line.Contains("PAM: open_session of " + Blade.LocalAccount, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_desktop_that_does_not_heed_is_ended_by_force_with_all_its_programs()
    {
        const string person = "celine.moreau";
        var home = Directory.CreateDirectory(city.Host.At($"home/{person}")).FullName;
        var start = Path.Combine(home, ".vdi-session");
        await File.WriteAllTextAsync(start, "#!/bin/sh\ntrap '' TERM HUP\nsetsid sh -c \"trap '' TERM HUP; while true; do sleep 1; done\" &\nwhile true; do sleep 1; done\n");
        await using (var chown = ServerProcess.Start("chown", city.Host.At("chown.log"), "sh",
            ["-c", $"chmod 755 {start} && chown -R {city.Blade.UserId(person)} {home}"]))
            await chown.ExitedAsync(Soon.Deadline);
        city.Broker.Redeem = _ => new RedeemTicketReply { Redemption = Redemption.Granted, SessionId = "s-celine", Fence = 3 };
        await using var client = await city.OpenAsync(person, "good");
        await Soon.HoldsAsync("seen, with a station", () => city.Seen(person) is { Connected: true });

        for (var times = 0; times < 5; times++) await city.EndAsync(person, "s-celine");

        await Soon.HoldsAsync("no longer seen", () => city.Seen(person) is null);
        await Soon.HoldsAsync("no process is left", () => city.Blade.ProcessesOf(person).Count == 0);
        Assert.Single(city.Host.Log.Split('\n'), line => line.Contains($"ending the session of {person}", StringComparison.Ordinal));
    }
}
