using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using VdiBroker.City.Printing;
using VdiBroker.City.Processes;
using VdiBroker.HostAgent.Tests.Rig;
using VdiBroker.Protocol.Host.V1;
using Xunit;
using Xunit.Abstractions;

namespace VdiBroker.HostAgent.Tests;

/// <summary>A blade and a station, each with a real CUPS; the room's printers are files at the station.</summary>
public sealed class RoomWithPrinters : BladeWithBroker
{
    private PrintServer? _printers;

    internal PrintServer Printers => _printers!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _printers = await PrintServer.StartAsync(Host.At("station-cups"), HostRig.CupsConfiguration);
        foreach (var queue in (string[])["lp12", "lp12-couleur", "lp13"]) await _printers.AddPrinterAsync(queue);
    }

    public override async Task DisposeAsync()
    {
        if (_printers is not null) await _printers.DisposeAsync();
        await base.DisposeAsync();
    }
}

public sealed class PrintingTests(RoomWithPrinters room, ITestOutputHelper output) : IClassFixture<RoomWithPrinters>, IAsyncLifetime
{
    private readonly string _home = room.Host.At("viewer-" + Guid.NewGuid().ToString("N"));
    private Station? _station;

    private string HostCups => room.Host.At("cups/cups.sock");

    public async Task InitializeAsync()
    {
        Directory.CreateDirectory(_home);
        _station = await Station.StartAsync(_home);
    }

    public async Task DisposeAsync()
    {
        await _station!.DisposeAsync();
    }

    [Fact]
    public async Task A_document_comes_out_of_the_printer_of_the_room_with_its_title_its_copies_and_its_wishes()
    {
        const string person = "amelie.durand";
        await using var client = await SitDownAsync(person, "s-print-1", ["lp12", "lp12-couleur"]);
        Assert.Equal(["lp12", "lp12-couleur"], await QueuesAsync(person));
        // Nobody else's printers.
        Assert.Empty(await QueuesAsync(Blade.LocalAccount));

        await PrintAsync(person, "lp12", "/etc/services", "-n", "2", "-t", "Délibération n° 7 @/etc/shadow", "-o", "sides=two-sided-long-edge", "-o", "cupsPrintQuality=High");

        await PrintedAsync("lp12", await File.ReadAllBytesAsync("/etc/services"));
        var wish = Assert.Single(room.Printers.Wishes("lp12"), line => line.StartsWith("Délibération", StringComparison.Ordinal)).Split('|');
        Assert.Equal(("Délibération n° 7 @/etc/shadow", "2"), (wish[0], wish[1]));
        Assert.Contains("sides=two-sided-long-edge", wish[2], StringComparison.Ordinal);
        Assert.DoesNotContain("cupsPrintQuality", wish[2], StringComparison.Ordinal);
        await Soon.HoldsAsync("nothing left of it on the host", () => !Directory.EnumerateFiles(room.Host.At("cups/spool"), "d*").Any());
        Assert.False(File.Exists(Path.Combine(_home, "to-print")));
    }

    [Fact]
    public async Task Two_large_documents_at_once_come_whole()
    {
        const string person = "bruno.petit";
        await using var client = await SitDownAsync(person, "s-print-2", ["lp12", "lp12-couleur"]);
        var documents = new Dictionary<string, byte[]> { ["lp12"] = Document(20 << 20), ["lp12-couleur"] = Document(7 << 20) };
        var clock = Stopwatch.StartNew();
        foreach (var (queue, document) in documents)
        {
            await File.WriteAllBytesAsync(room.Host.At($"{queue}.pdf"), document);
            await PrintAsync(person, queue, room.Host.At($"{queue}.pdf"));
        }
        await Task.WhenAll(documents.Select(one => PrintedAsync(one.Key, one.Value)));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"27 MiB in two documents: {clock.Elapsed.TotalSeconds:0.0} s"));
    }

    [Fact]
    public async Task In_another_room_there_are_other_printers_and_what_waited_for_the_old_ones_is_gone()
    {
        const string person = "celine.moreau";
        // A printer that the station has not: what goes there waits.
        await using (var client = await SitDownAsync(person, "s-print-3", ["lp12", "lp-absente"]))
        {
            await PrintAsync(person, "lp-absente", "/etc/services", "-t", "attend");
            await Eventually.HoldsAsync("told at the station", Soon.Deadline, () => _station!.Said.Contains("vdi-print: failed lp-absente", StringComparison.Ordinal));
            await Eventually.HoldsAsync("held with a sentence", Soon.Deadline, async () => (await LpstatAsync("-l", "-p", "lp-absente")).Contains("the printer of the station does not take the document", StringComparison.Ordinal));
            Assert.Contains("lp-absente-", await LpstatAsync("-o"), StringComparison.Ordinal);
            // Of others' documents nobody sees anything.
            Assert.DoesNotContain(person, (await room.Blade.RunInsideAsync(room.Blade.UserId("denis.roux"), "lpstat", "-h", HostCups, "-o")).Output, StringComparison.Ordinal);
        }
        await using var there = await SitDownAsync(person, "s-print-3", ["lp13"], fence: 2);
        await Soon.HoldsAsync("what waited gone", () => !Directory.EnumerateFiles(room.Host.At("cups/spool"), "d*").Any());
        await PrintAsync(person, "lp13", "/etc/services");
        await PrintedAsync("lp13", await File.ReadAllBytesAsync("/etc/services"));

        // An agent that starts again finds what there is.
        Signal.Send(room.Blade.AgentPid, Signal.Kill);
        await room.Broker.AttachedAsync(room.Broker.Attachments.Count + 1);
        Assert.Equal(["lp13"], await QueuesAsync(person));
        await room.Broker.Attachments.Last(host => host.Latest is not null).OrderAsync(new EndSession { User = person, SessionId = "s-print-3" });
        await Eventually.HoldsAsync("its printers gone with the session", TimeSpan.FromSeconds(90), async () => !(await LpstatAsync("-v")).Contains("lp13", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_document_waits_for_its_person_and_nobody_prints_in_anothers_name()
    {
        const string person = "denis.roux";
        await using (await SitDownAsync(person, "s-print-4", ["lp12-couleur"]))
        {
            var forged = await room.Blade.RunInsideAsync(room.Blade.UserId("amelie.durand"), "lp", "-h", HostCups, "-U", person, "-d", "lp12-couleur", "/etc/hostname");
            Assert.NotEqual(0, forged.Status);
            Assert.NotEqual(0, (await room.Blade.RunInsideAsync(room.Blade.UserId("amelie.durand"), "lp", "-h", HostCups, "-d", "lp12-couleur", "/etc/hostname")).Status);
        }
        await Soon.HoldsAsync("nobody at the station", () => !Seen(person)!.Connected);
        await PrintAsync(person, "lp12-couleur", "/etc/protocols");
        await Eventually.HoldsAsync("held", Soon.Deadline, async () => (await LpstatAsync("-l", "-p", "lp12-couleur")).Contains("its person sits at no station", StringComparison.Ordinal));
        Assert.NotEqual(await File.ReadAllBytesAsync("/etc/protocols"), room.Printers.Printed("lp12-couleur"));

        await using var back = await SitDownAsync(person, "s-print-4", ["lp12-couleur"], fence: 2);
        await PrintedAsync("lp12-couleur", await File.ReadAllBytesAsync("/etc/protocols"));
    }

    private ObservedSession? Seen(string person) => room.Broker.Attachments.Last(host => host.Latest is not null).Latest!.Sessions.SingleOrDefault(session => session.User == person);

    private async Task<string> LpstatAsync(params string[] what) => (await room.Blade.RunInsideAsync(null, ["lpstat", "-h", HostCups, .. what])).Output;

    // For CUPS it is a PDF by its first bytes.
    private static byte[] Document(int length)
    {
        var bytes = RandomNumberGenerator.GetBytes(length);
        "%PDF-1.4\n"u8.CopyTo(bytes);
        return bytes;
    }

    private async Task<ServerProcess> SitDownAsync(string person, string session, string[] printers, ulong fence = 1)
    {
        room.Broker.Redeem = _ =>
        {
            var reply = new RedeemTicketReply { Redemption = Redemption.Granted, SessionId = session, Fence = fence };
            reply.Printers.AddRange(printers);
            return reply;
        };
        var client = await _station!.OpenAsync(room.Blade, room.Host.RdpFingerprint, person, "ticket-" + session, [$"/rdp2tcp:{HostRig.Shim} print"],
            new Dictionary<string, string> { ["VDI_PRINTERS"] = string.Join(',', printers), ["VDI_CUPS"] = room.Printers.Socket });
        await Soon.HoldsAsync($"{person} at a desktop", () => room.Broker.Attachments.Last(host => host.Latest is not null).Latest!.Sessions.Any(one => one.User == person && one.Connected));
        await Eventually.HoldsAsync($"the printers of {person}", Soon.Deadline, async () => (await QueuesAsync(person)).SequenceEqual(printers.Order(StringComparer.Ordinal)));
        return client;
    }

    private async Task<IReadOnlyList<string>> QueuesAsync(string person)
    {
        var answer = await room.Blade.RunInsideAsync(room.Blade.UserId(person), "lpstat", "-h", HostCups, "-e");
        return [.. answer.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];
    }

    private async Task PrintAsync(string person, string queue, string file, params string[] more)
    {
        var answer = await room.Blade.RunInsideAsync(room.Blade.UserId(person), ["lp", "-h", HostCups, "-d", queue, .. more, file]);
        Assert.True(answer.Status == 0, answer.Error);
    }

    private async Task PrintedAsync(string queue, byte[] document)
    {
        var patience = TimeSpan.FromSeconds(90);
        await Eventually.HoldsAsync($"printed on {queue}", patience, () => room.Printers.PrintedLength(queue) == document.Length && (room.Printers.Printed(queue)?.AsSpan().SequenceEqual(document) ?? false));
        await Eventually.HoldsAsync($"nothing left of it in {queue} on the host", patience, async () => (await LpstatAsync("-o", queue)).Length == 0);
    }
}
