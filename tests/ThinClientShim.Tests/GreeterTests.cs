using VdiBroker.City.Processes;
using VdiBroker.City.Stations;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.ThinClientShim.Tests.Peers;
using Xunit;
using StatusCode = Grpc.Core.StatusCode;

namespace VdiBroker.ThinClientShim.Tests;

/// <summary>The greeter on a real X screen, driven by key and mouse as a person does.</summary>
public sealed class GreeterTests : AtAGreeter
{
    [Fact]
    public async Task Who_types_name_and_password_has_their_desktop_and_the_greeter_is_gone_while_it_is_there()
    {
        await using var screen = await GreetAsync();
        await TypeAsync(screen, ScriptedDesk.Login, Station.Desk.Password);
        await Station.StepAsync("active");
        var asked = Assert.Single(Station.Desk.SignIns);
        Assert.Equal((ScriptedDesk.Login, "fr"), (asked.Login, asked.Language));
        await Eventually.HoldsAsync("no greeter", TestStation.Deadline, () => Greeters().Count == 0);
        Station.Desk.Becomes(SessionState.SignedOut, "Votre session est fermée.");
        await Station.StepAsync(Page + "SignIn", 2);
        await TypeAsync(screen, ScriptedDesk.Login, Station.Desk.Password);
        await Station.StepAsync("active", 2);
        Assert.DoesNotContain(Station.Desk.Password, Station.JournalText + Station.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_is_told_and_asked_for_again_and_nothing_typed_is_nothing_asked()
    {
        await using var screen = await GreetAsync();
        await screen.TypeAsync("\n\n");
        await TypeAsync(screen, ScriptedDesk.Login, "wrong");
        await Station.StepAsync(Page + "SignIn", 2);
        await TypeAsync(screen, ScriptedDesk.Login, Station.Desk.Password);
        await Station.StepAsync("active");
        Assert.Equal(["wrong", Station.Desk.Password], Station.Desk.SignIns.Select(one => one.Password));
    }

    [Fact]
    public async Task The_language_is_switched_by_a_key_and_what_was_typed_stays_and_the_next_person_finds_the_station_s_again()
    {
        await using var screen = await GreetAsync();
        // Nobody waits for the other language before they go on typing, in either field.
        await screen.TypeAsync(ScriptedDesk.Login[..3]);
        await screen.PressAsync("F4");
        await screen.TypeAsync(ScriptedDesk.Login[3..] + "\n" + Station.Desk.Password[..3]);
        // The next one goes back from what is shown.
        await Station.StepAsync(Page + "SignIn", 2);
        await screen.PressAsync("F4");
        await Station.StepAsync(Page + "SignIn", 3);
        await screen.PressAsync("F4");
        await screen.TypeAsync(Station.Desk.Password[3..]);
        await Station.StepAsync(Page + "SignIn", 4);
        await screen.TypeAsync("\n");
        await Station.StepAsync("active");
        Station.Desk.Becomes(SessionState.SignedOut);
        await Station.StepAsync("signed-out");
        await Eventually.HoldsAsync("the next one's page", TestStation.Deadline, () => Station.JournalText.LastIndexOf("page kind=SignIn", StringComparison.Ordinal) > Station.JournalText.LastIndexOf("signed-out", StringComparison.Ordinal));
        await TypeAsync(screen, ScriptedDesk.Login, Station.Desk.Password);
        await Station.StepAsync("active", 2);
        Assert.Equal([(ScriptedDesk.Login, "en"), (ScriptedDesk.Login, "fr")], Station.Desk.SignIns.Select(one => (one.Login, one.Language)));
        Assert.Equal(["en", "fr"], Station.Desk.Opens.Select(one => one.Language));
    }

    [Fact]
    public async Task Large_type_and_high_contrast_by_a_key_are_kept_in_the_profile_of_who_signs_in_then()
    {
        await using var screen = await GreetAsync();
        var usual = await screen.LookAsync();
        foreach (var key in (string[])["F2", "F3"]) await screen.PressAsync(key);
        await Eventually.HoldsAsync("another look", TestStation.Deadline, async () => (await screen.LookAsync()).Count(0) > usual.Width * usual.Height / 2);
        await TypeAsync(screen, ScriptedDesk.Login, Station.Desk.Password);
        await Station.StepAsync("active");
        await Eventually.HoldsAsync("a preference", TestStation.Deadline, () => !Station.Desk.Preferences.IsEmpty);
        Station.Desk.Becomes(SessionState.SignedOut);
        await Station.StepAsync(Page + "SignIn", 2);
        // The next person finds the usual look.
        await Eventually.HoldsAsync("the usual look", TestStation.Deadline, async () => (await screen.LookAsync()).Count(0) < 100);
        var kept = Assert.Single(Station.Desk.Preferences);
        Assert.Equal(("1.5", "high"), (kept.TextSize, kept.Contrast));
        // Who has large type already and wants contrast keeps the type.
        await screen.PressAsync("F3");
        await TypeAsync(screen, ScriptedDesk.Login, Station.Desk.Password);
        await Eventually.HoldsAsync("another preference", TestStation.Deadline, () => Station.Desk.Preferences.Count == 2);
        Assert.Equal(("", "high"), (Station.Desk.Preferences.Last().TextSize, Station.Desk.Preferences.Last().Contrast));
    }

    [Fact]
    public async Task No_key_opens_anything_else()
    {
        await using var screen = await GreetAsync();
        foreach (var key in (string[])["ctrl+shift+d", "ctrl+shift+i", "alt+F4", "ctrl+alt+t", "super", "Menu", "shift+F10", "Escape", "Escape"]) await screen.PressAsync(key);
        await TypeAsync(screen, ScriptedDesk.Login, Station.Desk.Password);
        await Station.StepAsync("active");
    }

    [Fact]
    public async Task What_somebody_left_on_a_page_is_taken_back()
    {
        Station.Desk.Desktops = [new() { PoolId = "bureau", Name = "Bureau" }, new() { PoolId = "cartes", Name = "Cartes" }];
        await using var screen = await GreetAsync("greeter-idle = 4");
        await screen.TypeAsync("somebody-else");
        await Station.StepAsync(Page + "SignIn", 2);
        await TypeAsync(screen, ScriptedDesk.Login, Station.Desk.Password);
        await Station.StepAsync(Page + "Choose");
        await Eventually.HoldsAsync("signed out", TestStation.Deadline, () => !Station.Desk.Closes.IsEmpty);
        Assert.Equal(ScriptedDesk.Login, Assert.Single(Station.Desk.SignIns).Login);
        Assert.Empty(Station.Desk.Opens);
    }

    [Fact]
    public async Task Who_signs_in_is_spoken_to_as_their_profile_says()
    {
        Station.Desk.Settings = new() { Keyboard = "fr", Language = "en", TextSize = "1.25", Contrast = "high" };
        Station.Desk.Desktops = [new() { PoolId = "bureau", Name = "Bureau" }, new() { PoolId = "cartes", Name = "Cartes" }];
        await using var screen = await GreetAsync();
        await TypeAsync(screen, ScriptedDesk.Login, Station.Desk.Password);
        await Station.StepAsync(Page + "Choose");
        await Eventually.HoldsAsync("high contrast", TestStation.Deadline, async () => await screen.LookAsync() is var seen && seen.Count(0) > seen.Width * seen.Height / 2);
        await screen.TypeAsync("1");
        await Station.StepAsync("active");
        Assert.Equal(("fr", "en"), (Assert.Single(Station.Desk.SignIns).Language, Assert.Single(Station.Desk.Opens).Language));
        Assert.Empty(Station.Desk.Preferences);
    }

    [Fact]
    public async Task Who_turns_back_before_any_desktop_is_signed_out()
    {
        Station.Desk.Desktops = [new() { PoolId = "bureau", Name = "Bureau" }, new() { PoolId = "cartes", Name = "Cartes" }];
        await using var screen = await GreetAsync();
        await TypeAsync(screen, ScriptedDesk.Login, Station.Desk.Password);
        await Station.StepAsync(Page + "Choose");
        await screen.PressAsync("Escape");
        await Station.StepAsync(Page + "SignIn", 2);
        Assert.Equal(Closing.Leave, Assert.Single(Station.Desk.Closes).Closing);
        Assert.Empty(Station.Desk.Opens);
    }

    [Fact]
    public async Task Who_must_change_their_password_does_so_and_is_in()
    {
        const string fresh = "Neuf-et-long-42";
        var old = Station.Desk.Password;
        Station.Desk.MustChange = ScriptedDesk.Fault(ErrorCode.PasswordMustChange, StatusCode.FailedPrecondition, Retry.OtherInput, "Votre mot de passe doit être changé.");
        await using var screen = await GreetAsync();
        await TypeAsync(screen, ScriptedDesk.Login, old);
        await Station.StepAsync(Page + "NewPassword");
        await screen.TypeAsync($"{fresh}\n{fresh}x\n");
        // The two differ: only the second is typed again.
        await screen.TypeAsync(fresh + "\n");
        await Station.StepAsync("active");
        var change = Assert.Single(Station.Desk.Changes);
        Assert.Equal((ScriptedDesk.Login, old, fresh), (change.Login, change.OldPassword, change.NewPassword));
    }

    [Fact]
    public async Task A_password_is_changed_by_choice_and_given_up_by_Escape()
    {
        const string fresh = "Neuf-et-long-42";
        var old = Station.Desk.Password;
        await using var screen = await GreetAsync();
        // Name, password, show, sign in, change.
        foreach (var _ in Enumerable.Range(0, 4)) await screen.PressAsync("Tab");
        await screen.PressAsync("space");
        await Station.StepAsync(Page + "SignIn", 2);
        await TypeAsync(screen, ScriptedDesk.Login, old);
        await Station.StepAsync(Page + "NewPassword");
        await screen.PressAsync("Escape");
        await Station.StepAsync(Page + "SignIn", 3);
        foreach (var _ in Enumerable.Range(0, 4)) await screen.PressAsync("Tab");
        await screen.PressAsync("space");
        await Station.StepAsync(Page + "SignIn", 4);
        await TypeAsync(screen, ScriptedDesk.Login, old);
        await Station.StepAsync(Page + "NewPassword", 2);
        await screen.TypeAsync($"{fresh}\n{fresh}\n");
        await Station.StepAsync("password-changed");
        Assert.Equal([fresh], Station.Desk.Changes.Select(one => one.NewPassword));
        Assert.Empty(Station.Desk.SignIns);
    }

    [Fact]
    public async Task Of_several_desktops_one_is_chosen_by_its_number()
    {
        Station.Desk.Desktops = [new() { PoolId = "bureau", Name = "Bureau" }, new() { PoolId = "cartes", Name = "Cartes", Running = true }];
        await using var screen = await GreetAsync();
        await TypeAsync(screen, ScriptedDesk.Login, Station.Desk.Password);
        await Station.StepAsync(Page + "Choose");
        // The key of the 2 on a French keyboard, without Shift.
        await screen.PressAsync("eacute");
        await Station.StepAsync("active");
        Assert.Equal("cartes", Assert.Single(Station.Desk.Opens).PoolId);
    }

    [Fact]
    public async Task A_place_in_the_queue_is_given_up_by_a_key()
    {
        Station.Desk.Places = [new() { Place = 3, Of = 5, Text = "Vous êtes 3e sur 5." }];
        await using var screen = await GreetAsync();
        await TypeAsync(screen, ScriptedDesk.Login, Station.Desk.Password);
        await Station.StepAsync("queued place=3");
        await Eventually.HoldsAsync("the place given up", TestStation.Deadline, async () =>
        {
            await screen.PressAsync("l");
            return !Station.Desk.Closes.IsEmpty;
        });
        await Station.StepAsync(Page + "SignIn", 2);
        Assert.Equal(Closing.Leave, Station.Desk.Closes.First().Closing);
        Assert.Empty(Station.Viewer.Started);
    }

    [Fact]
    public async Task A_greeter_that_dies_is_there_again_with_the_same_page()
    {
        await using var screen = await GreetAsync();
        using (var greeter = System.Diagnostics.Process.GetProcessById(Assert.Single(Greeters()))) greeter.Kill();
        await Station.StepAsync(Page + "SignIn", 2);
        await TypeAsync(screen, ScriptedDesk.Login, Station.Desk.Password);
        await Station.StepAsync("active");
    }

    [Fact]
    public async Task A_screen_reader_reads_labels_fields_and_buttons()
    {
        await using var screen = await ScreenAsync();
        var broker = await Station.BrokerAsync();
        await using var bus = await SessionBus.StartAsync(Station.At("bus.log"));
        Station.Start([broker.Address], "city = Ville de Drancy", ["--greeter"], ["/usr/bin/env", "DBUS_SESSION_BUS_ADDRESS=" + bus.Address]);
        await Station.StepAsync(Page + "SignIn");
        var reader = new ScreenReader(bus.Address);
        IReadOnlyList<(string Role, string Name)> read = [];
        await Eventually.HoldsAsync("a tree", TestStation.Deadline, async () => (read = await reader.ReadAsync()).Any(one => one.Name.StartsWith("English", StringComparison.Ordinal)));
        Assert.Contains(("label", "Ville de Drancy"), read);
        foreach (var field in (string[])["Votre identifiant", "Votre mot de passe"]) Assert.Contains(("text box", field), read);
        foreach (var button in (string[])["Ouvrir mon bureau", "Changer mon mot de passe", "Grand texte (F2)"]) Assert.Contains(("button", button), read);
        Assert.Contains(("checkbox", "Montrer ce que je tape"), read);
    }

    [Fact]
    public async Task Where_nothing_can_be_drawn_the_journal_says_why()
    {
        var broker = await Station.BrokerAsync();
        Station.Start([broker.Address], "", "--greeter");
        await Station.StepAsync("greeter-says GTK cannot open the display :77");
        await Station.StepAsync("greeter-ended code=1", 2);
        await Station.SaysAsync("Installez libgtk-4-1");
    }
}
