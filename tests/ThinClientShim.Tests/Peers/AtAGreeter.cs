using VdiBroker.City.Processes;
using VdiBroker.City.Stations;

namespace VdiBroker.ThinClientShim.Tests.Peers;

/// <summary>Tests that have a station with a greeter on a real X screen.</summary>
public abstract class AtAGreeter : AtAStation
{
    /// <summary>The journal's step of a page that is on the screen and has the keyboard, without its kind.</summary>
    internal const string Page = "page kind=";

    internal static async Task TypeAsync(Screen screen, string name, string password)
    {
        await screen.TypeAsync(name + "\n");
        await screen.TypeAsync(password + "\n");
    }

    internal async Task<Screen> ScreenAsync()
    {
        var screen = await Screen.StartVirtualAsync(Station.At("x"));
        Station.Display = screen.Display;
        return screen;
    }

    internal async Task<Screen> GreetAsync(string settings = "")
    {
        var screen = await ScreenAsync();
        var broker = await Station.BrokerAsync();
        Station.Start([broker.Address], "city = Ville de Drancy\n" + settings, "--greeter");
        await Station.StepAsync(Page + "SignIn");
        return screen;
    }

    internal IReadOnlyList<int> Greeters() => [.. ProcessTable.Below(Station.Process.Pid).Where(one => one.Arguments.Contains("greet")).Select(one => one.Pid)];
}
