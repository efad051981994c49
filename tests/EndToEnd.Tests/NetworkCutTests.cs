using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using VdiBroker.City;
using VdiBroker.City.Processes;
using VdiBroker.City.Stations;
using Xunit;
using Xunit.Abstractions;

namespace VdiBroker.EndToEnd.Tests;

/// <summary>A city of its own, whose stations have a cable each. It mostly waits, so the packages are tested beside it; no other city is there then.</summary>
[CollectionDefinition(Name)]
public sealed class CabledCity
{
    public const string Name = "cabled city";
}

/// <summary>The cable of a station is pulled while a real desktop is on its screen, and put back: published shim, FreeRDP, xrdp, agent and broker.</summary>
[Collection(CabledCity.Name)]
public sealed partial class NetworkCutTests(ITestOutputHelper output)
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan _toldWithin = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan _backWithin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan _late = TimeSpan.FromSeconds(5);
    private static readonly (string Login, int Seconds)[] _cuts = [("amelie.durand", 5), ("rachid.benali", 30), ("karim.haddad", 120)];

    [Fact]
    public async Task A_cut_network_is_told_and_the_same_desktop_comes_back_by_itself_after_5_30_and_120_seconds()
    {
        await using var city = await RunningCity.StartAsync(CityPlan.Demo() with { Pcs = [], Stations = [.. _cuts.Select(cut => $"station-{cut.Seconds}s")] });
        await city.ReadyAsync();
        await Task.WhenAll(_cuts.Select((cut, index) => CutAsync(city, city.Stations[index], cut.Login, TimeSpan.FromSeconds(cut.Seconds))));
    }

    private async Task CutAsync(RunningCity city, Station station, string login, TimeSpan cut)
    {
        var person = city.People[login];
        await using var cable = await Cable.LayAsync(city.Plan.Network, station.Folder);
        station.Through = cable.Through;
        await station.SignInAsync(person.Login, person.Password);
        await station.ShowsDesktopAsync(_patience);
        await Eventually.HoldsAsync("the desktop told", _patience, () => station.Steps("active").Count == 1);
        // What only the same shell knows.
        var before = await SaysAsync(city, station, login, "avant", "seul=$$-$RANDOM; echo $seul");

        await cable.PullAsync();
        var clock = Stopwatch.StartNew();
        // A short one may be over before it can be told from a lost packet.
        var isLong = cut > _toldWithin;
        if (isLong)
        {
            await Eventually.HoldsAsync($"{station.Name} says that the network is cut", _toldWithin, async () => await station.Screen.BannerAsync() is not null);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"cut of {cut.TotalSeconds} s: told after {clock.Elapsed.TotalSeconds:0.0} s"));
            await station.HearsAsync("Le réseau est coupé", _patience);
        }
        await Eventually.HoldsAsync("the cut over", cut + _patience, () => clock.Elapsed >= cut);
        Assert.True(station.InUse);
        await cable.PlugAsync();
        clock.Restart();
        if (isLong)
        {
            await Eventually.HoldsAsync($"the desktop of {login} is back", _backWithin, () => station.Steps("network-back").Count == 1 && station.Steps("active").Count == 2);
            await station.ShowsDesktopAsync(_backWithin);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"cut of {cut.TotalSeconds} s: back after {clock.Elapsed.TotalSeconds:0.0} s"));
            var desktops = station.Steps("desktop");
            Assert.Equal(Session().Match(desktops[0]).Value, Session().Match(desktops[^1]).Value);
            Assert.True(Fence(desktops[^1]) > Fence(desktops[0]), string.Join('\n', desktops));
            Assert.Empty(station.Steps("reconnect"));
        }
        Assert.Equal(before, await SaysAsync(city, station, login, "apres", "echo $seul", before));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"cut of {cut.TotalSeconds} s: what is typed arrives after {clock.Elapsed.TotalSeconds:0.0} s; told {station.Steps("network-cut").Count} times"));
        await station.LeaveAsync();
    }

    // Typed until it arrives whole: after a short cut the picture may be taken away and brought back while it is typed, and half a line would stand there then.
    private static async Task<string> SaysAsync(RunningCity city, Station station, string login, string name, string command, string? expected = null)
    {
        var file = Path.Combine(city.Folder, "homes", login, name + ".txt");
        var said = "";
        await Eventually.HoldsAsync($"what is typed at {station.Name} arrives", _patience, async () =>
        {
            File.Delete(file);
            await station.Screen.PressAsync("ctrl+c");
            await station.Screen.TypeAsync($"{command} > {name}.txt\n");
            var clock = Stopwatch.StartNew();
            await Eventually.HoldsAsync("it is there, or late", _patience, () => Arrived() || clock.Elapsed > _late);
            return Arrived() && (expected is null || said == expected);
        });
        return said;

        bool Arrived()
        {
            var text = File.Exists(file) ? File.ReadAllText(file) : "";
            said = text.Trim();
            return text.EndsWith('\n');
        }
    }

    private static long Fence(string step) => long.Parse(FenceOf().Match(step).Groups[1].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex("session=[^ ]+")]
    private static partial Regex Session();

    [GeneratedRegex("fence=([0-9]+)")]
    private static partial Regex FenceOf();
}
