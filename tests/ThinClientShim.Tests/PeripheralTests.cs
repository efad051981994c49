using System.Buffers.Binary;
using System.Text;
using CsCheck;
using VdiBroker.City.Processes;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.Shim.Printing;
using VdiBroker.Shim.Rdp;
using VdiBroker.Shim.Sound;
using VdiBroker.ThinClientShim.Tests.Peers;
using Xunit;

namespace VdiBroker.ThinClientShim.Tests;

/// <summary>Printers, sticks, sound and screens: what the station makes of the settings, and of what a desktop sends to be printed.</summary>
public sealed class PeripheralTests : AtAStation
{
    private static readonly string[] _room = ["lp12", "Étage-2"];

    [Fact]
    public async Task The_rooms_printers_its_sticks_and_its_screens_reach_the_viewer()
    {
        Station.Desk.Settings = new() { Keyboard = "fr", Language = "fr", Printers = { "lp12", "-o", "lp 13", "lp14" }, Usb = true, Volume = 35 };
        Station.Viewer.Write("monitors", "      * [0] 1280x800\t+0+0\n        [1] 1280x800\t+1280+0\n");
        var pid = await Station.OnScreenAsync();
        var arguments = Station.Viewer.Arguments(pid);
        Assert.Contains(arguments, argument => argument.StartsWith("/rdp2tcp:/", StringComparison.Ordinal) && argument.EndsWith(" print", StringComparison.Ordinal));
        Assert.Contains("/drive:hotplug,*", arguments);
        Assert.Contains("/multimon", arguments);
        Assert.Contains("/sound", arguments);
        Assert.DoesNotContain(arguments, argument => argument.StartsWith("/printer", StringComparison.Ordinal));
        Assert.Contains("\nVDI_PRINTERS=lp12,lp14\n", "\n" + Station.Viewer.EnvironmentOf(pid), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_the_place_has_none_of_it_nothing_is_asked_of_the_viewer()
    {
        Station.Desk.Settings = new() { Keyboard = "fr", Language = "fr", OneScreen = true };
        Station.Viewer.Write("monitors", "      * [0] 1280x800\t+0+0\n        [1] 1280x800\t+1280+0\n");
        var pid = await Station.OnScreenAsync();
        Assert.DoesNotContain(Station.Viewer.Arguments(pid), argument => argument is "/multimon" || argument.StartsWith("/drive", StringComparison.Ordinal) || argument.StartsWith("/rdp2tcp", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_document_that_the_printer_does_not_take_is_told_in_a_sentence()
    {
        Station.Viewer.Write("says", "vdi-print: failed lp12 no such printer\nvdi-print: printed lp12\n");
        await Station.OnScreenAsync();
        await Eventually.HoldsAsync("told", TestStation.Deadline, () => Station.Screen.Contains("L'imprimante « lp12 » de cette salle n'a pas pris votre document", StringComparison.Ordinal));
    }

    [Fact]
    public void A_pc_has_the_printers_by_its_own_protocol_and_not_twice()
    {
        var desktop = new Desktop { Address = "127.0.3.1", Port = 1, Credential = Credential.Password, Settings = new() { Printers = { "lp12", "lp13" } } };
        var arguments = FreeRdpArguments.For(desktop, null);
        Assert.Contains("/printer:lp12", arguments);
        Assert.Contains("/printer:lp13", arguments);
        Assert.DoesNotContain(arguments, argument => argument.StartsWith("/rdp2tcp", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("* [0] 1280x800 +0+0", 1)]
    [InlineData("        [0] 800x600\t+0+0\n        [1] 800x600\t+800+0\n", 2)]
    [InlineData("[18:54:00:617] [2680:2697] [ERROR] - failed", 1)]
    [InlineData("", 1)]
    public void Screens_are_counted_by_what_the_viewer_says_of_them(string said, int count) => Assert.Equal(count, Monitors.CountIn(said));

    [Fact]
    public async Task Two_screens_of_a_real_display_are_two_to_a_real_viewer()
    {
        var display = $":{Random.Shared.Next(3000, 50000)}";
        await using var screen = ServerProcess.Start("Xvfb", Station.At("xvfb.log"), "Xvfb", [display, "-screen", "0", "1600x600x24", "-nolisten", "tcp", "-noreset"]);
        await screen.ReadyAsync(() => Task.FromResult(File.Exists($"/tmp/.X11-unix/X{display[1..]}")), TestStation.Deadline);
        await Tool.OutputAsync("xrandr", "--display", display, "--setmonitor", "left", "800/211x600/158+0+0", "screen");
        Assert.Equal(1, await Monitors.CountAsync("xfreerdp", display));
        await Tool.OutputAsync("xrandr", "--display", display, "--setmonitor", "right", "800/211x600/158+800+0", "none");
        // Where the viewer is slower than a person would wait it counts as one.
        await Eventually.HoldsAsync("two screens", TestStation.Deadline, async () => await Monitors.CountAsync("xfreerdp", display) == 2);
        Assert.Equal(1, await Monitors.CountAsync("xfreerdp", ":1"));
    }

    [Fact]
    public void The_volume_is_set_by_what_the_station_has() =>
        Assert.Equal(["pactl set-sink-volume @DEFAULT_SINK@ 35%", "wpctl set-volume @DEFAULT_AUDIO_SINK@ 35%", "amixer -q sset Master 35%"], StationVolume.Commands(35).Select(command => string.Join(' ', command)));

    [Theory]
    [InlineData("lp12\n10\n2\nsides=two-sided-long-edge raw job-hold-until=indefinite media=A4 x=$(reboot)\nDélibération", "", "lp12", 2, "sides=two-sided-long-edge media=A4")]
    [InlineData("LP12\n10\n0\n\n\u001b[2J", "", "lp12", 1, "")]
    [InlineData("lp13\n10\n1\n\nx", "unknown", "", 0, "")]
    [InlineData("lp12\n0\n1\n\nx", "garbled", "", 0, "")]
    [InlineData("lp12\n-5\n1\n\nx", "garbled", "", 0, "")]
    [InlineData("lp12\n999999999999\n1\n\nx", "too-large", "", 0, "")]
    [InlineData("lp12\n10", "garbled", "", 0, "")]
    public void Of_what_a_desktop_wants_printed_only_what_is_known_is_taken(string words, string refusal, string queue, int copies, string options)
    {
        var (wish, no) = JobWish.Read(Encoding.UTF8.GetBytes(words), _room);
        Assert.Equal(refusal, no);
        if (wish is null) return;
        Assert.Equal((queue, copies, options), (wish.Queue, wish.Copies, string.Join(' ', wish.Options)));
        Assert.DoesNotContain(wish.Title, char.IsControl);
        Assert.NotEmpty(wish.Title);
    }

    [Fact]
    public void Frames_are_found_between_whatever_else_comes_and_however_it_is_cut()
    {
        var frame = Gen.Select(Gen.Byte, Gen.UInt, Gen.Byte.Array[0, 300]);
        var junk = Gen.Byte.Array[0, 40].Where(bytes => !bytes.Contains((byte)'V'));
        Gen.Select(Gen.Select(junk, frame).Array[0, 12], Gen.Int[1, 500]).Sample((parts, cut) =>
        {
            var stream = parts.SelectMany(part => (byte[])[.. part.Item1, .. Framed(part.Item2.Item1, part.Item2.Item2, part.Item2.Item3)]).ToArray();
            var frames = new JobFrames(new MemoryStream([.. stream.Chunk(cut).SelectMany(piece => (byte[])[.. BitConverter.GetBytes((uint)piece.Length), .. piece])]));
            foreach (var (_, (kind, job, rest)) in parts)
            {
                var found = frames.Next();
                if (found is not { } one || one.Kind != kind || one.Job != job || !one.Rest.Span.SequenceEqual(rest)) return false;
            }
            return frames.Next() is null;
        }, iter: 500);
    }

    [Fact]
    public void Any_bytes_at_all_end_in_no_fault() => Gen.Byte.Array[0, 2000].Sample(bytes =>
    {
        var frames = new JobFrames(new MemoryStream(bytes));
        while (frames.Next() is { } frame) _ = JobWish.Read(frame.Rest.Span, _room);
    }, iter: 500);

    [Fact]
    public async Task A_document_that_does_not_fit_is_told_and_the_next_one_is_taken()
    {
        const int large = 3 << 20;
        await using var disk = await SmallDisk.MountAsync(Station.At("disk"), 1);
        await using var desk = Desk(disk.Folder);
        await SendAsync(desk, Framed(JobFrame.Begin, 1, Encoding.UTF8.GetBytes($"lp12\n{large}\n1\n\nplan")));
        await TestStation.SaysOfAsync(desk, "VDP1 1 accepted");
        // The host goes on sending until it hears.
        foreach (var _ in Enumerable.Range(0, large / 8192)) await SendAsync(desk, Framed(JobFrame.Piece, 1, new byte[8192]));
        await TestStation.SaysOfAsync(desk, "VDP1 1 failed the station has no room for it");
        await TestStation.SaysOfAsync(desk, "vdi-print: no-room lp12 No space left on device");
        Assert.Empty(Directory.EnumerateFiles(disk.Folder));

        await SendAsync(desk, Framed(JobFrame.Begin, 2, "lp12\n4\n1\n\nlettre"u8.ToArray()));
        await SendAsync(desk, Framed(JobFrame.Piece, 2, "abcd"u8.ToArray()));
        await TestStation.SaysOfAsync(desk, "vdi-print: failed lp12");
        Assert.Contains("VDP1 2 accepted", File.ReadAllText(desk.LogFile), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_station_that_cannot_keep_a_document_says_so_to_each()
    {
        await using var desk = Desk(Station.At("nowhere"));
        foreach (var job in (uint[])[1, 2])
        {
            await SendAsync(desk, Framed(JobFrame.Begin, job, "lp12\n4\n1\n\nlettre"u8.ToArray()));
            await TestStation.SaysOfAsync(desk, $"VDP1 {job} failed the station has no room for it");
        }
    }

    [Fact]
    public async Task A_document_for_which_the_station_has_no_room_is_told_in_a_sentence()
    {
        Station.Viewer.Write("says", "vdi-print: no-room lp12 No space left on device\n");
        await Station.OnScreenAsync();
        await Station.SaysAsync("Ce poste n'a plus de place pour votre document : il attend dans la file de l'imprimante « lp12 »");
    }

    // As FreeRDP starts it; what it says to the host and to the shim is in one file. There is no such printer.
    private ServerProcess Desk(string home) => ServerProcess.Start("desk", Station.At("desk.txt"), TestStation.Program, [PrintDesk.Word],
        new Dictionary<string, string> { ["HOME"] = home, [PrintDesk.Queues] = "lp12", [PrintDesk.Cups] = Station.At("no-cups") }, withInput: true);

    private static async Task SendAsync(ServerProcess desk, byte[] frame)
    {
        var to = desk.StandardInput.BaseStream;
        await to.WriteAsync(BitConverter.GetBytes((uint)frame.Length));
        await to.WriteAsync(frame);
        await to.FlushAsync();
    }

    private static byte[] Framed(byte kind, uint job, byte[] rest)
    {
        var head = new byte[11];
        "VDP1"u8.CopyTo(head);
        head[4] = kind;
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(5), job);
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(9), (ushort)rest.Length);
        return [.. head, .. rest];
    }
}
