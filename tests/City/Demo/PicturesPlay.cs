using System.Globalization;
using VdiBroker.City.Callers;
using VdiBroker.City.Directory;
using VdiBroker.City.Processes;
using VdiBroker.City.Stations;

namespace VdiBroker.City.Demo;

/// <summary>Takes a picture of every screen that a person meets at a station: in both languages, on a small, a usual and a very large one, with real content.</summary>
public static class PicturesPlay
{
    private const string City = "Ville de Drancy";

    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(40);
    private static readonly string[] _sizes = ["800x600", "1280x800", "3840x2160"];
    private static readonly string[] _languages = ["fr", "en"];

    private static readonly (string What, string[] Page)[] _alone =
    [
        ("13-new-station", ["Code", "k 1 normal", "c 7K4M-PX2D", "g 3A:91:0C:5E:77:B2:48:F0", "g 1D:6A:C3:9E:82:4B:D5:60", "g E7:29:84:FB:13:5C:A8:06", "g 9D:41:B7:EE:52:38:CF:7A"]),
        ("14-visitor", ["Welcome", "k 1 normal", "v 60"]),
    ];

    /// <summary>Takes them.</summary>
    /// <param name="folder">Takes the pictures, named by size, language and screen.</param>
    public static async Task<int> RunAsync(string folder)
    {
        await using var city = await RunningCity.StartAsync(CityPlan.Demo(habitatSeats: 1) with { EndsSoon = true });
        await city.ReadyAsync();
        using var hand = await StationCaller.ConnectAsync(city, "pictures-hand");
        foreach (var size in _sizes)
            foreach (var language in _languages)
            {
                // Whoever comes after her waits, for as long as her claim is held for her: longer than one visit.
                await hand.TakeDesktopAsync(city.People["sylvie.moreau"]);
                var name = string.Create(CultureInfo.InvariantCulture, $"accueil-{language}-{size.Split('x')[0]}");
                var screen = await Screen.StartVirtualAsync(Path.Combine(city.Folder, name, "screen"), size);
                await using var station = await Station.OnAsync(screen, name, Path.Combine(city.Folder, name), city.Broker.Uri, city.Certificates, city.Programs.Shim);
                await using var cable = await Cable.LayAsync(city.Plan.Network, station.Folder);
                station.Through = cable.Through;
                await VisitAsync(city, (station, cable), language, async what =>
                {
                    var height = int.Parse(size.Split('x')[1], CultureInfo.InvariantCulture);
                    var picture = await screen.SteadyAsync(height, _soon, TimeSpan.FromMilliseconds(200));
                    PngFile.Write(picture, Path.Combine(folder, $"{size}-{language}-{what}.png"));
                });
                Console.WriteLine($"{size} {language}");
            }
        return 0;
    }

    // The greeter itself, told a page that this city has no reason to show: its stations are known, and nobody sits down without a name.
    private static async Task AloneAsync(RunningCity city, Station station, string what, string page, Func<Task> takeAsync)
    {
        await using var greeter = ServerProcess.Start("greeter", Path.Combine(station.Folder, $"{what}.log"), city.Programs.Shim, ["greet", City, "", station.Name, "90"],
            new Dictionary<string, string> { ["DISPLAY"] = station.Screen.Display, ["GSK_RENDERER"] = "cairo", ["GDK_BACKEND"] = "x11" }, withInput: true);
        await greeter.StandardInput.WriteAsync(page);
        await greeter.StandardInput.FlushAsync();
        await greeter.ReadyAsync(() => Task.FromResult(File.ReadAllText(greeter.LogFile).Contains("shown", StringComparison.Ordinal)), _soon);
        await takeAsync();
    }

    private static async Task VisitAsync(RunningCity city, (Station Station, Cable Cable) at, string language, Func<string, Task> takeAsync)
    {
        var station = at.Station;
        var (screen, amelie) = (station.Screen, city.People.Amelie);
        await station.GreetAsync(City, language);
        var pages = 1;
        await takeAsync("1-sign-in");
        await screen.TypeAsync($"{amelie.Login}\nnot-her-password\n");
        pages = await station.PageAsync("SignIn", pages);
        await takeAsync("2-refused");
        foreach (var key in (string[])["F2", "F3"]) await screen.PressAsync(key);
        await takeAsync("3-large-and-contrast");
        foreach (var key in (string[])["F2", "F3"]) await screen.PressAsync(key);
        pages = await GoAsync(city.People[CityDirectory.Newcomer], "NewPassword");
        await takeAsync("4-new-password");
        pages = await BackAsync("Escape");
        await ChooseLanguageAsync();
        pages = await GoAsync(city.People["celine.boulanger"], "Choose");
        await takeAsync("5-choose");
        var queued = station.Steps("queued").Count;
        await screen.TypeAsync("1");
        await Eventually.HoldsAsync("a place in the queue", _soon, () => station.Steps("queued").Count > queued);
        await takeAsync("6-queue");
        pages = await BackAsync("l");
        await ChooseLanguageAsync();
        await screen.TypeAsync($"{amelie.Login}\n{amelie.Password}\n");
        await Eventually.HoldsAsync("a desktop", _soon, async () => await screen.BannerAsync() is not null);
        await takeAsync("7-desktop");
        var bar = (await screen.BannerAsync())!.Value;
        await screen.ClickAsync(bar.X + bar.Width / 2, bar.Y + bar.Height / 2);
        await Eventually.HoldsAsync("the bar open", _soon, async () => (await screen.BannerAsync())?.Height > bar.Height);
        await takeAsync("8-bar");
        // How far from the bar's left edge two of its buttons are, in letters.
        var (lockButton, helpButton) = language == "fr" ? (32, 43) : (26, 34);
        await PressAsync(helpButton, () => station.Steps("help-called").Count > 0);
        await takeAsync("9-help");
        var cuts = station.Steps("network-cut").Count;
        pages = station.Steps("page").Count;
        await at.Cable.PullAsync();
        await Eventually.HoldsAsync("the cut told", _soon, () => station.Steps("network-cut").Count > cuts);
        await takeAsync("10-network-cut");
        await station.PageAsync("Wait", pages);
        await takeAsync("11-network-cut-page");
        var actives = station.Steps("active").Count;
        await at.Cable.PlugAsync();
        await Eventually.HoldsAsync("the desktop again", _soon, () => station.Steps("active").Count > actives);
        pages = station.Steps("page").Count;
        await PressAsync(lockButton, () => station.Steps("locked").Count > 0);
        await station.PageAsync("SignIn", pages);
        await takeAsync("12-locked");
        await station.LeaveAsync();
        foreach (var (what, page) in _alone) await AloneAsync(city, station, what, string.Create(CultureInfo.InvariantCulture, $"p {page[0]}\nl {language}\n{string.Concat(page[1..].Select(line => line + "\n"))}\n"), () => takeAsync(what));

        // Buttons are as wide as their letters, and those as high as the screen lets them be.
        Task PressAsync(int letters, Func<bool> pressed) => Eventually.HoldsAsync("a press on the bar", _soon, async () =>
        {
            if (pressed()) return true;
            if (await screen.BannerAsync() is not { } now) return false;
            var (x, y) = now.Height == bar.Height ? (now.Width / 2, now.Height / 2) : ((int)(letters * bar.Height / 2.4), now.Height - 22);
            await screen.ClickAsync(now.X + x, now.Y + y);
            return pressed();
        });

        // Their profiles are in French: whoever chooses a language here is spoken to in that.
        async Task ChooseLanguageAsync()
        {
            for (var again = 0; language != "fr" && again < 2; again++) pages = await BackAsync("F4");
        }

        async Task<int> GoAsync(Townsperson person, string page)
        {
            await screen.TypeAsync($"{person.Login}\n{person.Password}\n");
            return await station.PageAsync(page, pages);
        }

        async Task<int> BackAsync(string key)
        {
            await screen.PressAsync(key);
            return await station.PageAsync("SignIn", pages);
        }
    }
}
