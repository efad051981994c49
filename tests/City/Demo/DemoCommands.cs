using System.Globalization;
using VdiBroker.City.Hosts;
using VdiBroker.City.Processes;
using VdiBroker.City.Stations;

namespace VdiBroker.City.Demo;

/// <summary>The demo's commands, one line each.</summary>
internal sealed class DemoCommands(RunningCity city, string pictures)
{
    private int _picture;

    /// <summary>Does what the line says.</summary>
    /// <returns>False: the person wants to stop.</returns>
    public async Task<bool> ObeyAsync(string line, CancellationToken cancel)
    {
        var words = line.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        try
        {
            switch (words)
            {
                case []: return true;
                case ["fin" or "quit" or "exit", ..]: return false;
                case ["aide" or "help" or "?", ..]: Console.WriteLine(DemoWords.Commands); return true;
                case ["gens" or "people", ..]: DemoWords.People(city); return true;
                case ["ou" or "où" or "where", ..]: Where(); return true;
                case ["tuer" or "kill", var what, ..]: await KillAsync(what); return true;
                case ["relancer" or "start", var what, ..]: await StartAsync(what); return true;
                case [var name, ..] when StationOf(name) is { } station: await AtStationAsync(station, words[1..], cancel); return true;
                default: Console.WriteLine($"« {words[0]} » ? Tapez aide. / Type help."); return true;
            }
        }
        catch (Exception fault) when (fault is TimeoutException or InvalidOperationException)
        {
            Console.WriteLine($"  {fault.Message}");
            return true;
        }
    }

    private Station? StationOf(string name) => city.Stations.FirstOrDefault(station => station.Name.Equals(name, StringComparison.OrdinalIgnoreCase) || station.Name.EndsWith("-" + name, StringComparison.OrdinalIgnoreCase));

    private async Task AtStationAsync(Station station, string[] words, CancellationToken cancel)
    {
        switch (words)
        {
            case ["quitter" or "leave"]: await station.LeaveAsync(); Says(station); break;
            case ["taper" or "type", _] when !station.Screen.Virtual: Console.WriteLine("  Tapez dans sa fenêtre. / Type in its window."); break;
            case ["taper" or "type", var text]: await station.Screen.TypeAsync(text + "\n"); break;
            case ["image" or "picture"]: await PictureAsync(station); break;
            case [] or ["dit" or "says"]: Says(station); break;
            case [var login]: await SignInAsync(station, login, city.People.Everybody.FirstOrDefault(person => person.Login == login)?.Password ?? "?", cancel); break;
            case [var login, var password]: await SignInAsync(station, login, password, cancel); break;
        }
    }

    private async Task SignInAsync(Station station, string login, string password, CancellationToken cancel)
    {
        if (station.InUse) await station.LeaveAsync();
        await station.SignInAsync(login, password);
        var told = 0;
        await Eventually.HoldsAsync("un bureau ou un refus / a desktop or a refusal", TimeSpan.FromSeconds(60), async () =>
        {
            foreach (var said in station.Heard().Skip(told))
            {
                Console.WriteLine($"  {station.Name} : {said}");
                told++;
            }
            return !station.InUse || await ShowsAsync(station);
        }, cancel);
        await PictureAsync(station);
    }

    // On a display that stations share, only the station's own words say whose desktop is there.
    private static async Task<bool> ShowsAsync(Station station) => station.Screen.Virtual
        ? DesktopLook.IsComplete(await station.Screen.LookAsync())
        : station.Heard().Any(line => line.Contains("est à l'écran", StringComparison.Ordinal));

    private async Task PictureAsync(Station station)
    {
        var file = Path.Combine(pictures, string.Create(CultureInfo.InvariantCulture, $"{++_picture:00}-{station.Name}.png"));
        PngFile.Write(await station.Screen.LookAsync(), file);
        Console.WriteLine($"  {file}");
    }

    private static void Says(Station station)
    {
        foreach (var line in station.Heard()) Console.WriteLine($"  {station.Name} : {line}");
    }

    private void Where()
    {
        var sessions = city.Blades.SelectMany(blade => city.People.Everybody.Where(person => blade.SessionOf(person.UidNumber).Count > 0).Select(person => $"  {person.Login} : {blade.Plan.Name}")).ToList();
        Console.WriteLine(sessions.Count == 0 ? "  personne / nobody" : string.Join('\n', sessions));
    }

    private Task KillAsync(string what) => what switch
    {
        "broker" => city.Broker.KillAsync(),
        "redis" => city.Store.KillAsync(),
        "annuaire" or "directory" => city.KillDirectoryAsync(),
        _ => BladeOf(what).CrashAsync(),
    };

    private Task StartAsync(string what) => what switch
    {
        "broker" => city.Broker.StartAsync(),
        "redis" when city.Store.Address is null => throw new InvalidOperationException("Le broker relance lui-même son Redis. / The broker starts its Redis again by itself."),
        "redis" => city.Store.BackAsync(),
        "annuaire" or "directory" => city.StartDirectoryAgainAsync(),
        _ => BladeOf(what).StartAgainAsync(),
    };

    private Blade BladeOf(string name) => city.Blades.FirstOrDefault(blade => blade.Plan.Name == name)
        ?? throw new InvalidOperationException($"« {name} » ? broker, redis, annuaire, {string.Join(", ", city.Blades.Select(blade => blade.Plan.Name))}");
}
