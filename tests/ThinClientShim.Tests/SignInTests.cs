using VdiBroker.City.Processes;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.ThinClientShim.Tests.Peers;
using Xunit;
using StatusCode = Grpc.Core.StatusCode;

namespace VdiBroker.ThinClientShim.Tests;

public sealed class SignInTests : AtAStation
{
    // SIGQUIT, what Ctrl-\ sends.
    private const int Quit = 3;

    [Theory]
    [InlineData("fr", "Bonjour Amélie Durand (Ville de Drancy).", "Nous préparons votre bureau.", "Votre bureau est à l'écran.")]
    [InlineData("en", "Hello Amélie Durand (Ville de Drancy).", "Preparing your desktop.", "Your desktop is on the screen.")]
    public async Task A_person_reads_everything_in_the_language_of_the_station(string language, string hello, string preparing, string onScreen)
    {
        await Station.SignInAsync($"language = {language}");
        await Station.SaysAsync(hello);
        await Station.SaysAsync(preparing);
        await Station.SaysAsync(onScreen);
        Assert.Equal(language, Assert.Single(Station.Desk.SignIns).Language);
        Assert.Equal(language, Assert.Single(Station.Desk.Opens).Language);
        Assert.Equal(language, Assert.Single(Station.Desk.Follows).Language);
    }

    [Fact]
    public async Task A_wrong_password_in_scripted_mode_shows_the_brokers_sentence_and_ends_with_3()
    {
        var broker = await Station.BrokerAsync();
        Station.Start([broker.Address], "", "--user", ScriptedDesk.Login, "--password-fd", "0");
        Station.Type("not this one");
        Assert.Equal(3, await Station.ExitAsync());
        Assert.Contains("Ce mot de passe ne va pas.", Station.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_is_asked_again_and_an_empty_one_never_leaves_the_station()
    {
        var broker = await Station.BrokerAsync();
        Station.Start([broker.Address], $"user = {ScriptedDesk.Login}", "--once");
        Station.Type("");
        await Station.SaysAsync("Le nom ou le mot de passe n'est pas le bon.");
        Assert.Empty(Station.Desk.SignIns);
        Station.Type("not this one");
        await Station.SaysAsync("Ce mot de passe ne va pas.");
        Station.Type(Station.Desk.Password);
        await Station.StepAsync("active");
        Station.Type("quitter");
        Assert.Equal(0, await Station.ExitAsync());
        Assert.Equal(2, Station.Desk.SignIns.Count);
    }

    [Fact]
    public async Task The_password_may_come_by_another_descriptor_which_the_viewer_does_not_inherit()
    {
        var broker = await Station.BrokerAsync();
        Station.Write("password", Station.Desk.Password + "\na new one that nobody asks for\nnothing else is read\n");
        Station.Write("run.sh", "password=$1; shift; exec \"$@\" 7<\"$password\"\n");
        Station.Start([broker.Address], $"user = {ScriptedDesk.Login}", options: ["--password-fd", "7"], through: ["/bin/sh", Station.At("run.sh"), Station.At("password")]);
        await Station.StepAsync("active");
        var pid = await Station.Viewer.StartedAsync();
        Assert.DoesNotContain(Directory.GetFiles($"/proc/{pid}/fd"), file => file.EndsWith("/7", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_terminal_does_not_show_the_password_and_offers_the_desktops_by_number()
    {
        Station.Desk.Desktops = [new() { PoolId = "bureau", Name = "Bureau" }, new() { PoolId = "atelier", Name = "Atelier", Running = true }];
        var broker = await Station.BrokerAsync();
        // script(1) gives the shim a terminal of its own and writes what that terminal shows.
        Station.Write("run.sh", "exec script -qefc \"$*\" /dev/null\n");
        Station.Start([broker.Address], "", options: ["--once"], through: ["/bin/sh", Station.At("run.sh")]);
        await Station.SaysAsync("Votre nom :");
        Station.Type(ScriptedDesk.Login);
        await Station.SaysAsync("Votre mot de passe :");
        Station.Type(Station.Desk.Password);
        await Station.SaysAsync("2. Atelier (déjà ouvert)");
        Station.Type("9");
        await Station.SaysAsync("Tapez un numéro de 1 à 2.");
        Station.Type("2");
        await Station.StepAsync("active");
        Assert.Equal("atelier", Assert.Single(Station.Desk.Opens).PoolId);
        Assert.Contains(ScriptedDesk.Login, Station.Screen, StringComparison.Ordinal);
        Assert.DoesNotContain(Station.Desk.Password, Station.Screen, StringComparison.Ordinal);
        Station.Type("l");
        Assert.Equal(0, await Station.ExitAsync());
    }

    [Fact]
    public async Task Without_a_terminal_the_preferred_desktop_is_opened()
    {
        Station.Desk.Desktops = [new() { PoolId = "bureau", Name = "Bureau" }, new() { PoolId = "atelier", Name = "Atelier" }];
        await Station.SignInAsync();
        await Station.StepAsync("active");
        Assert.Equal("bureau", Assert.Single(Station.Desk.Opens).PoolId);
    }

    [Fact]
    public async Task A_fault_of_the_broker_is_shown_with_the_reference_for_the_helpdesk()
    {
        Station.Desk.SignInFault = ScriptedDesk.Fault(ErrorCode.Unspecified, StatusCode.Internal, Retry.Later, "Une erreur s'est produite chez nous.");
        await Station.SignInAsync();
        Assert.Equal(3, await Station.ExitAsync());
        Assert.Contains("Une erreur s'est produite chez nous. Référence : REF12345", Station.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_waits_sees_their_place_move_and_then_the_desktop()
    {
        Station.Desk.Places = [new() { Place = 2, Of = 3, Text = "Votre place : 2 sur 3." }, new() { Place = 1, Of = 2, Text = "Votre place : 1 sur 2." }, new() { Place = 1, Of = 2, Text = "Votre place : 1 sur 2." }];
        await Station.SignInAsync();
        await Station.SaysAsync("Votre place : 2 sur 3.");
        await Station.SaysAsync("Pour renoncer à votre place, appuyez sur la touche L.");
        await Station.SaysAsync("Votre place : 1 sur 2.");
        await Station.StepAsync("queued place=1 of=2");
        Station.Desk.Served.SetResult();
        await Station.StepAsync("active");
        // Said again while nothing changed: not shown again.
        Assert.Equal(2, Station.Screen.Split("Votre place : 1 sur 2.").Length);
    }

    [Fact]
    public async Task Who_gives_the_place_in_the_queue_up_is_out_of_it()
    {
        Station.Desk.Places = [new() { Place = 1, Of = 1, Text = "Votre place : 1 sur 1." }];
        await Station.SignInAsync();
        await Station.SaysAsync("Votre place : 1 sur 1.");
        Station.Type("l");
        Assert.Equal(0, await Station.ExitAsync());
        var close = Assert.Single(Station.Desk.Closes);
        Assert.Equal((Closing.Leave, ""), (close.Closing, close.SessionId));
        Assert.Empty(Station.Viewer.Started);
    }

    [Fact]
    public async Task A_person_without_a_desktop_reads_why_and_the_shim_ends_with_5()
    {
        Station.Desk.OpenFaults.Enqueue(ScriptedDesk.Fault(ErrorCode.AllHostsFull, StatusCode.ResourceExhausted, Retry.Later, "Toutes les places sont prises."));
        await Station.SignInAsync();
        Assert.Equal(5, await Station.ExitAsync());
        Assert.Contains("Toutes les places sont prises.", Station.Screen, StringComparison.Ordinal);
        Assert.Empty(Station.Viewer.Started);
        Assert.Equal(Closing.Leave, Assert.Single(Station.Desk.Closes).Closing);
    }

    [Fact]
    public async Task A_missing_viewer_is_said_before_anybody_types_a_password()
    {
        File.Delete(Station.Viewer.Program);
        Station.Start(["https://127.0.0.1:1"], "", "--user", ScriptedDesk.Login);
        Assert.Equal(6, await Station.ExitAsync());
        Assert.Contains("n'est pas installé sur ce poste", Station.Screen, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Signal.Terminate)]
    [InlineData(Quit)]
    public async Task A_stop_while_the_password_is_asked_ends_the_shim_at_once(int signal)
    {
        Station.Start(["https://127.0.0.1:1"], "", "--user", ScriptedDesk.Login);
        await Station.SaysAsync("Votre mot de passe :");
        Station.Process.Send(signal);
        Assert.Equal(0, await Station.ExitAsync());
    }
}
