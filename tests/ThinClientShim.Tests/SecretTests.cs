using System.Security.Cryptography;
using System.Text;
using VdiBroker.ThinClientShim.Tests.Peers;
using Xunit;

namespace VdiBroker.ThinClientShim.Tests;

public sealed class SecretTests : AtAStation
{
    [Fact]
    public async Task Ticket_and_password_are_in_no_argument_environment_screen_or_log()
    {
        await Station.SignInAsync();
        await Station.StepAsync("active");
        var viewer = await Station.Viewer.StartedAsync();
        await Station.StepAsync("freerdp-says scripted viewer runs");
        var ticket = Assert.Single(Station.Desk.Tickets);
        var signIn = Assert.Single(Station.Desk.Opens).SignIn;

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(ticket))), Station.Viewer.TicketDigest(viewer));
        var places = new Dictionary<string, string> { ["screen"] = Station.Screen, ["journal"] = Station.JournalText };
        foreach (var pid in (int[])[Station.Process.Pid, viewer])
            foreach (var file in (string[])["cmdline", "environ"])
                places[$"{file} of {pid}"] = Encoding.UTF8.GetString(await File.ReadAllBytesAsync($"/proc/{pid}/{file}"));
        foreach (var (place, text) in places)
        {
            Assert.True(text.Length > 0, place);
            foreach (var secret in (string[])[ticket, signIn, Station.Desk.Password])
                Assert.False(text.Contains(secret, StringComparison.Ordinal), place);
        }
        Assert.Equal("700 directory", Station.Viewer.HomeRights(viewer));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Station.At("shim.log")));
    }

    [Fact]
    public async Task The_viewer_is_pinned_to_the_hosts_certificate_and_gets_the_persons_keyboard_and_screen()
    {
        Station.Desk.Settings = new() { Keyboard = "fr(bepo)", Language = "fr", ScreenWidth = 1280, ScreenHeight = 720 };
        await Station.SignInAsync();
        var pid = await Station.Viewer.StartedAsync();
        var pin = string.Join(':', Enumerable.Range(0, 32).Select(n => $"{(byte)(n * 7):x2}"));
        Assert.Equal(
            [
                "/v:127.0.3.1:33890", $"/u:{ScriptedDesk.Login}", "/from-stdin:force", $"/cert:deny,fingerprint:sha256:{pin}", "/sec:tls",
                "/bpp:32", "+clipboard", "/log-level:INFO", "/sound", "/size:1280x720", "/kbd:0x0002040C",
            ],
            Station.Viewer.Arguments(pid));
        Assert.Contains("DISPLAY=:77", Station.Viewer.EnvironmentOf(pid), StringComparison.Ordinal);
        Assert.DoesNotContain("TMPDIR", Station.Viewer.EnvironmentOf(pid), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_viewer_trusts_no_authority_of_the_machine_so_that_the_pin_alone_decides()
    {
        await Station.SignInAsync();
        var pid = await Station.Viewer.StartedAsync();
        var environment = Station.Viewer.EnvironmentOf(pid).Split('\n');
        Assert.Contains("SSL_CERT_FILE=/dev/null", environment);
        Assert.Contains("SSL_CERT_DIR=" + Station.Viewer.HomeOf(pid), environment);
    }
}
