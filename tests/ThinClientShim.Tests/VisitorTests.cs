using Google.Protobuf.WellKnownTypes;
using VdiBroker.City.Processes;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.ThinClientShim.Tests.Peers;
using Xunit;

namespace VdiBroker.ThinClientShim.Tests;

/// <summary>A public station: one key begins, and nothing asks for a name.</summary>
public sealed class VisitorTests : AtAGreeter
{
    private static readonly WelcomeReply _anHour = new() { Visitors = true, Longest = Duration.FromTimeSpan(TimeSpan.FromHours(1)) };

    [Fact]
    public async Task At_a_terminal_Enter_begins_and_whoever_ends_it_leaves_the_station_to_the_next()
    {
        Station.Desk.Welcome = _anHour;
        var broker = await Station.BrokerAsync();
        Station.Start([broker.Address], "");
        await Station.SaysAsync("Ce poste est à vous pendant 60 min, sans donner de nom.");
        Station.Type("");
        await Station.SaysAsync("Bonjour Visiteur (Médiathèque).");
        await Station.StepAsync("active");
        await Station.SaysAsync("tout ce que vous laissez est alors effacé");
        Station.Type("l");
        await Station.SaysAsync("Ce poste est à vous pendant 60 min", times: 2);
        Assert.Equal(Closing.SignOut, Assert.Single(Station.Desk.Closes).Closing);
        Assert.Empty(Station.Desk.SignIns);
        Assert.DoesNotContain("Votre nom", Station.Screen, StringComparison.Ordinal);
        Assert.DoesNotContain("votre bureau reste ouvert", Station.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task At_the_greeter_one_key_begins_and_the_page_comes_back_after_the_visit()
    {
        await using var screen = await ScreenAsync();
        Station.Desk.Welcome = _anHour;
        var broker = await Station.BrokerAsync();
        Station.Start([broker.Address], "city = Ville de Drancy\n", "--greeter");
        await Station.StepAsync(Page + "Welcome");
        await screen.PressAsync("Return");
        await Station.StepAsync("active");
        Assert.Equal("fr", Assert.Single(Station.Desk.Visits).Language);
        Station.Desk.Becomes(SessionState.SignedOut, "Votre visite est terminée.");
        await Station.StepAsync(Page + "Welcome", 2);
        // Whoever was writing when the desktop went does not mean the next visit.
        await screen.PressAsync("Return");
        await screen.PressAsync("F4");
        await Station.StepAsync(Page + "Welcome", 3);
        Assert.Single(Station.Desk.Visits);
        Assert.Equal(0, Station.Times(Page + "SignIn"));
    }

    [Fact]
    public async Task A_station_whose_place_is_opened_to_visitors_while_nobody_answers_follows_when_a_broker_does()
    {
        await using var screen = await ScreenAsync();
        var broker = await Station.BrokerAsync();
        Station.Desk.Welcome = _anHour;
        broker.Hangs = true;
        Station.Start([broker.Address], "city = Ville de Drancy\n", "--greeter");
        await Station.StepAsync(Page + "SignIn");
        broker.Hangs = false;
        await Station.StepAsync(Page + "Welcome");
        await Eventually.HoldsAsync("one greeter", TestStation.Deadline, () => Greeters().Count == 1);
    }
}
