using System.Runtime.InteropServices;
using VdiBroker.City.Processes;
using VdiBroker.HostAgent.Tests.Rig;
using VdiBroker.Protocol.Host.V1;
using Xunit;
using Xunit.Abstractions;

namespace VdiBroker.HostAgent.Tests;

/// <summary>Sound, screens and sticks of a station, in a real session of a real xrdp, by a real FreeRDP with the arguments that the station's program gives it.</summary>
public sealed class PeripheralTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Rate = 44100;
    private const int Pitch = 441;

    private readonly BladeWithBroker _city = new(sticks: true);

    public async Task InitializeAsync()
    {
        await _city.InitializeAsync();
        _city.Broker.Redeem = _ => new RedeemTicketReply { Redemption = Redemption.Granted, SessionId = "s-parts", Fence = 1 };
    }

    public Task DisposeAsync() => _city.DisposeAsync();

    [Fact]
    public async Task Two_screens_of_a_station_are_two_screens_of_the_desktop()
    {
        const string person = "amelie.durand";
        await using var station = await Station.StartAsync(_city.Host.Folder, screens: 2);
        await using var client = await station.OpenAsync(_city.Blade, _city.Host.RdpFingerprint, person, "ticket", ["/multimon"], whole: true);
        var display = await DisplayAsync(person);
        await Eventually.HoldsAsync("two screens in the desktop", Soon.Deadline, async () =>
        {
            var said = (await InSessionAsync(person, display, "xrandr", "--listmonitors")).Output;
            return said.Contains("Monitors: 2", StringComparison.Ordinal) && said.Contains("+0+0", StringComparison.Ordinal) && said.Contains("+800+0", StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task A_desktop_that_begins_has_the_language_the_size_of_letters_and_the_contrast_of_its_person()
    {
        const string person = "celine.moreau";
        _city.Broker.Redeem = _ => new RedeemTicketReply { Redemption = Redemption.Granted, SessionId = "s-look", Fence = 1, Settings = new DesktopSettings { Language = "fr", TextSize = "1.5", Contrast = "high" } };
        await using var station = await Station.StartAsync(_city.Host.Folder);
        await using var client = await station.OpenAsync(_city.Blade, _city.Host.RdpFingerprint, person, "ticket");
        var display = await DisplayAsync(person);
        await Eventually.HoldsAsync("letters half as large again", Soon.Deadline, async () => (await InSessionAsync(person, display, "xrdb", "-query")).Output.Contains("Xft.dpi:\t144", StringComparison.Ordinal));
        await Eventually.HoldsAsync("a terminal in it", Soon.Deadline, () => Environments(person).Any(lines => lines.Contains("LANGUAGE=fr") && lines.Contains("GTK_THEME=HighContrast")));
        Assert.Equal(UnixFileMode.UserRead, File.GetUnixFileMode(_city.Host.At($"desktops/{person}")));
        Assert.Equal(0, (await _city.Blade.RunInsideAsync(_city.Blade.UserId(person), "cat", _city.Host.At($"desktops/{person}"))).Status);
        Assert.NotEqual(0, (await _city.Blade.RunInsideAsync(_city.Blade.UserId("bruno.petit"), "cat", _city.Host.At($"desktops/{person}"))).Status);
    }

    [Fact]
    public async Task What_is_played_in_the_desktop_is_heard_at_the_station()
    {
        const string person = "bruno.petit";
        await using var loudspeaker = await Loudspeaker.StartAsync(_city.Host.At("loudspeaker"));
        await using var station = await Station.StartAsync(_city.Host.Folder);
        await using var client = await station.OpenAsync(_city.Blade, _city.Host.RdpFingerprint, person, "ticket", [], new Dictionary<string, string> { ["PULSE_SERVER"] = "unix:" + loudspeaker.Socket });
        var display = await DisplayAsync(person);
        await Eventually.HoldsAsync("a sound service in the session", Soon.Deadline, async () => (await InSessionAsync(person, display, "pactl", "info")).Output.Contains("Default Sink: station", StringComparison.Ordinal));
        await File.WriteAllBytesAsync(_city.Host.At("tone.raw"), Tone(seconds: 3));

        var playing = InSessionAsync(person, display, "paplay", "--raw", $"--rate={Rate}", "--channels=2", "--format=s16le", _city.Host.At("tone.raw"));
        await Eventually.HoldsAsync("the tone at the station", Soon.Deadline, () => loudspeaker.PitchHeard() is > Pitch - 15 and < Pitch + 15);
        output.WriteLine($"heard at the station: {loudspeaker.PitchHeard()} Hz");
        var played = await playing;
        Assert.True(played.Status == 0, played.Error);
    }

    [Fact]
    public async Task A_stick_is_in_the_desktop_for_as_long_as_it_is_in_the_station()
    {
        const string person = "celine.moreau";
        await using var station = await Station.StartAsync(_city.Host.Folder, 1, "unshare", "--mount", "/bin/sh", "-c", "mount --make-rprivate / && mount -t tmpfs media /media && mkdir /media/cle && exec \"$@\"", "sh");
        await using var client = await station.OpenAsync(_city.Blade, _city.Host.RdpFingerprint, person, "ticket", ["/drive:hotplug,*"]);
        await DisplayAsync(person);
        Task<ToolAnswer> InStationAsync(string command) => Tool.RunAsync("nsenter", ["--target", $"{client.Pid}", "--mount", "/bin/sh", "-c", command]);
        Task<ToolAnswer> AsPersonAsync(string command) => _city.Blade.RunInsideAsync(null, "setpriv", $"--reuid={_city.Blade.UserId(person)}", $"--regid={_city.Blade.FirstUser}", "--clear-groups",
            "/bin/sh", "-c", $"cd {_city.Host.At("home")}/{person}/thinclient_drives && {command}");
        Assert.Equal(0, (await InStationAsync("mount -t tmpfs stick /media/cle && echo bonjour > /media/cle/lettre.txt")).Status);

        await Eventually.HoldsAsync("the stick in the desktop", Soon.Deadline, async () => (await AsPersonAsync("cat */lettre.txt")).Output == "bonjour\n");
        // Nobody else's, not even root's.
        Assert.NotEqual(0, (await _city.Blade.RunInsideAsync(_city.Blade.UserId("denis.roux"), "ls", $"{_city.Host.At("home")}/{person}/thinclient_drives")).Status);
        var written = await AsPersonAsync("cd * && cp /etc/services copie && cmp /etc/services copie");
        Assert.True(written.Status == 0, written.Error);
        Assert.Equal(0, (await InStationAsync("cmp /etc/services /media/cle/copie")).Status);
        // The viewer closes what was written when the host says so, a moment later.
        await Eventually.HoldsAsync("the stick can be taken out", Soon.Deadline, async () => (await InStationAsync("umount /media/cle")).Status == 0);
        await Eventually.HoldsAsync("the stick gone from the desktop", Soon.Deadline, async () => (await AsPersonAsync("cat */lettre.txt")).Status != 0);
    }

    private async Task<uint> DisplayAsync(string person)
    {
        await Soon.HoldsAsync($"{person} at a desktop", () => _city.Seen(person) is { Connected: true });
        return _city.Seen(person)!.Display;
    }

    private Task<ToolAnswer> InSessionAsync(string person, uint display, params string[] command) =>
        _city.Blade.RunInsideAsync(_city.Blade.UserId(person), ["env", $"DISPLAY=:{display}", $"HOME={_city.Host.At("home")}/{person}", .. command]);

    private IEnumerable<string[]> Environments(string person) => _city.Blade.ProcessesOf(person).Select(id => Text($"/proc/{id}/environ").Split('\0'));

    private static string Text(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (IOException)
        {
            // It has just ended.
            return "";
        }
    }

    private static byte[] Tone(int seconds)
    {
        var samples = new short[Rate * 2 * seconds];
        for (var at = 0; at < samples.Length; at++) samples[at] = (short)(8000 * Math.Sin(2 * Math.PI * Pitch * (at / 2) / Rate));
        return MemoryMarshal.AsBytes(samples.AsSpan()).ToArray();
    }
}
