using VdiBroker.City.Printing;
using VdiBroker.City.Processes;
using VdiBroker.HostAgent.Tests.Rig;
using VdiBroker.Protocol.Host.V1;
using Xunit;

namespace VdiBroker.HostAgent.Tests;

/// <summary>A blade and a station, each with a real CUPS; the room's printers are files at the station.</summary>
public sealed class RoomWithPrinters : IAsyncLifetime
{
    private ScriptedBroker? _broker;
    private Blade? _blade;
    private PrintServer? _printers;

    internal HostRig Host { get; } = new();

    internal ScriptedBroker Broker => _broker!;

    internal Blade Blade => _blade!;

    internal PrintServer Printers => _printers!;

    public async Task InitializeAsync()
    {
        _broker = await ScriptedBroker.StartAsync(Host.City);
        _blade = await Blade.StartAsync(Host, Broker);
        _printers = await PrintServer.StartAsync(Host.At("station-cups"), HostRig.CupsConfiguration);
        foreach (var queue in (string[])["lp12", "lp12-couleur", "lp13"]) await _printers.AddPrinterAsync(queue);
        await Broker.AttachedAsync();
    }

    public async Task DisposeAsync()
    {
        if (_printers is not null) await _printers.DisposeAsync();
        if (_blade is not null) await _blade.DisposeAsync();
        if (_broker is not null) await _broker.DisposeAsync();
        await Host.EndAsync();
    }
}

public sealed class PrintingTests(RoomWithPrinters room) : IClassFixture<RoomWithPrinters>, IAsyncLifetime
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
        Assert.Empty(await QueuesAsync("bruno.petit"));

        await PrintAsync(person, "lp12", "/etc/services", "-n", "2", "-t", "Délibération n° 7 @/etc/shadow", "-o", "sides=two-sided-long-edge", "-o", "cupsPrintQuality=High");

        await PrintedAsync("lp12", await File.ReadAllBytesAsync("/etc/services"));
        var wish = Assert.Single(room.Printers.Wishes("lp12")).Split('|');
        Assert.Equal(("Délibération n° 7 @/etc/shadow", "2"), (wish[0], wish[1]));
        Assert.Contains("sides=two-sided-long-edge", wish[2], StringComparison.Ordinal);
        Assert.DoesNotContain("cupsPrintQuality", wish[2], StringComparison.Ordinal);
        await Soon.HoldsAsync("nothing left of it on the host", () => !Directory.EnumerateFiles(room.Host.At("cups/spool"), "d*").Any());
        Assert.False(File.Exists(Path.Combine(_home, "to-print")));
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

    private Task PrintedAsync(string queue, byte[] document) =>
        Eventually.HoldsAsync($"printed on {queue}", Soon.Deadline, () => room.Printers.Printed(queue)?.AsSpan().SequenceEqual(document) ?? false);
}
