using System.Security.Cryptography;
using System.Text;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.Shim.Sessions;
using VdiBroker.ThinClientShim.Tests.Peers;
using Xunit;

namespace VdiBroker.ThinClientShim.Tests;

/// <summary>A PC that is not the city's to change: it wants the person's password, and nobody reports for it.</summary>
public sealed class MachineTests : AtAStation
{
    private void APersonsOwnPc() => (Station.Desk.Credential, Station.Desk.AfterOpening) = (Credential.Password, SessionState.Opening);

    [Fact]
    public async Task The_viewer_gets_the_persons_password_by_its_pipe_and_may_negotiate_but_never_without_a_certificate()
    {
        APersonsOwnPc();
        await Station.SignInAsync();
        var viewer = await Station.Viewer.StartedAsync();
        await Station.StepAsync("active");
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Station.Desk.Password))), Station.Viewer.TicketDigest(viewer));
        var arguments = Station.Viewer.Arguments(viewer);
        Assert.Contains("-sec-rdp", arguments);
        Assert.DoesNotContain("/sec:tls", arguments);
        Assert.Contains(arguments, one => one.StartsWith("/cert:deny,fingerprint:sha256:", StringComparison.Ordinal));
        var places = new Dictionary<string, string> { ["screen"] = Station.Screen, ["journal"] = Station.JournalText };
        foreach (var pid in (int[])[Station.Process.Pid, viewer])
            foreach (var file in (string[])["cmdline", "environ"])
                places[$"{file} of {pid}"] = Encoding.UTF8.GetString(await File.ReadAllBytesAsync($"/proc/{pid}/{file}"));
        Assert.All(places, place => Assert.DoesNotContain(Station.Desk.Password, place.Value, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Its_picture_is_what_the_broker_is_told_and_the_person_too()
    {
        APersonsOwnPc();
        await Station.SignInAsync();
        await Station.SaysAsync("Votre bureau est à l'écran.");
        await Station.StepAsync("shown");
        var told = Assert.Single(Station.Desk.Pictures);
        Assert.Equal((Station.Desk.Opens.Single().SignIn, 1UL), (told.SignIn, told.Fence));
        // The broker's own word of it changes nothing more.
        Station.Desk.Becomes(SessionState.Active);
        await Station.StepAsync("notice state=Active");
        Assert.Equal(1, Station.Times("active"));
    }

    [Fact]
    public async Task A_broken_picture_is_opened_again_with_the_same_password()
    {
        APersonsOwnPc();
        await Station.SignInAsync();
        var first = await Station.Viewer.StartedAsync();
        await Station.StepAsync("active");
        Station.Viewer.Ends(first);
        var second = await Station.Viewer.StartedAsync(2);
        await Station.StepAsync("shown", times: 2);
        Assert.Equal(Station.Viewer.TicketDigest(first), Station.Viewer.TicketDigest(second));
    }

    [Theory]
    [InlineData(132)]
    [InlineData(154)]
    public async Task A_password_that_the_machine_refuses_is_not_shown_to_it_again(int code)
    {
        APersonsOwnPc();
        Station.Viewer.SeesNothing();
        Station.Viewer.AlwaysEnds(code);
        await Station.SignInAsync();
        Assert.Equal(7, await Station.ExitAsync());
        Assert.Single(Station.Viewer.Started);
        Assert.Contains("n'accepte pas ce nom ou ce mot de passe", Station.Screen, StringComparison.Ordinal);
        Assert.Equal(Closing.Leave, Assert.Single(Station.Desk.Closes).Closing);
        Assert.Empty(Station.Desk.Pictures);
    }

    [Fact]
    public async Task A_machine_that_never_shows_a_picture_is_tried_once_more_only()
    {
        APersonsOwnPc();
        Station.Viewer.SeesNothing();
        Station.Viewer.AlwaysEnds(147);
        await Station.SignInAsync();
        Assert.Equal(7, await Station.ExitAsync());
        Assert.Equal(2, Station.Viewer.Started.Count);
        Assert.Contains("Nouvelle tentative (1 sur 1)", Station.Screen, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Credential.Password, true)]
    [InlineData(Credential.Ticket, false)]
    [InlineData(Credential.Unspecified, false)]
    public async Task The_password_is_kept_only_where_the_first_desktop_wants_it(Credential credential, bool kept)
    {
        Station.Desk.Credential = credential;
        using var password = new HeldPassword("typed by the person"u8);
        var bytes = password.Bytes;
        var visit = InnerVisit.RunAsync(Station, TimeProvider.System, password);
        await Station.StepAsync("shown");
        Assert.Equal(kept, password.Known);
        Assert.Equal(kept, bytes.ToArray().Any(one => one != 0));
        Station.Desk.Becomes(SessionState.SignedOut);
        Assert.Equal(ExitCode.Done, await visit);
        password.Dispose();
        Assert.All(bytes.ToArray(), one => Assert.Equal(0, one));
    }
}
