using System.Globalization;
using VdiBroker.City.Callers;
using VdiBroker.City.Directory;
using VdiBroker.City.Hosts;
using VdiBroker.City.Processes;
using VdiBroker.City.Secrets;
using VdiBroker.City.Stations;

namespace VdiBroker.City.Story;

/// <summary>Where the story plays: the city, its two stations, the reader of secrets, the folder for pictures, and what lines tell each other.</summary>
public sealed class StoryScene
{
    /// <summary>The longest wait for a desktop on a loaded machine.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);

    private readonly string _pictures;
    private readonly string _ticketTrap;
    private int _picture;

    private StoryScene(RunningCity city, StationCaller caller, string pictures)
    {
        City = city;
        Caller = caller;
        Reader = new SecretReader(city);
        _pictures = pictures;
        _ticketTrap = TicketTrap.Lay(Path.Combine(city.Folder, "trap"));
    }

    /// <summary>The city.</summary>
    public RunningCity City { get; }

    /// <summary>A third station without a screen: the story's own hand.</summary>
    public StationCaller Caller { get; }

    /// <summary>Looks for secrets all along.</summary>
    public SecretReader Reader { get; }

    /// <summary>The first station.</summary>
    public Station A => City.Stations[0];

    /// <summary>The second station.</summary>
    public Station B => City.Stations[1];

    /// <summary>What was measured, by name.</summary>
    public SortedDictionary<string, double> Figures { get; } = new(StringComparer.Ordinal);

    /// <summary>The inside of Amélie's terminal when she left A.</summary>
    public Picture? Typed { get; set; }

    /// <summary>The processes of Amélie's session when she left A.</summary>
    public IReadOnlyList<RunningProgram> Left { get; set; } = [];

    /// <summary>A ticket that nobody uses, and when it was issued.</summary>
    public (HeldDesktop Desktop, DateTime Taken)? Forgotten { get; set; }

    /// <summary>Sets the scene in a running city.</summary>
    public static async Task<StoryScene> SetAsync(RunningCity city, string pictures) =>
        new(city, await StationCaller.ConnectAsync(city, "story-hand"), pictures);

    /// <summary>Stands in FreeRDP's place and passes everything on, and keeps every ticket to be looked for.</summary>
    public string TicketTrapProgram => _ticketTrap;

    /// <summary>A person signs in at a station by vdi-shim; their password and every ticket that the shim is given are looked for from then on.</summary>
    public async Task SignInAsync(Station station, Townsperson person, string language = "fr")
    {
        Watch(person);
        await station.SignInAsync(person.Login, person.Password, language, "--freerdp", _ticketTrap);
    }

    /// <summary>A person sits down at a station and answers its questions; what they type is theirs to watch.</summary>
    public Task SitDownAsync(Station station, string login) => station.SitDownAsync(login, "--freerdp", _ticketTrap);

    /// <summary>The same, until the desktop is on the screen.</summary>
    public async Task<Picture> ArriveAsync(Station station, Townsperson person)
    {
        await SignInAsync(station, person);
        var picture = await station.ShowsDesktopAsync(Patience);
        CollectTickets();
        return picture;
    }

    /// <summary>The story's hand takes a person's desktop: its ticket and sign-in are looked for too.</summary>
    public async Task<HeldDesktop> TakeAsync(Townsperson person)
    {
        Watch(person);
        var held = await Caller.TakeDesktopAsync(person);
        Reader.Watch($"ticket of {person.Login}, fence {held.Desktop.Fence}", held.Desktop.Ticket);
        Reader.Watch($"sign-in of {person.Login}, fence {held.Desktop.Fence}", held.SignIn);
        return held;
    }

    /// <summary>Looks for the person's password from now on.</summary>
    public void Watch(Townsperson person) => Reader.Watch($"password of {person.Login}", person.Password);

    /// <summary>Looks for every ticket that was trapped so far.</summary>
    public void CollectTickets()
    {
        foreach (var (ticket, index) in TicketTrap.Taken(_ticketTrap).Select((ticket, index) => (ticket, index))) Reader.Watch($"ticket {index + 1}", ticket);
    }

    /// <summary>Keeps a numbered picture of a station's screen.</summary>
    /// <returns>Name of the file.</returns>
    public async Task<string> PictureAsync(Station station, string name)
    {
        var file = string.Create(CultureInfo.InvariantCulture, $"{Interlocked.Increment(ref _picture):00}-{name}.png");
        PngFile.Write(await station.Screen.LookAsync(), Path.Combine(_pictures, file));
        return file;
    }

    /// <summary>Keeps a text beside the pictures.</summary>
    public Task KeepAsync(string name, string text) => File.WriteAllTextAsync(Path.Combine(_pictures, name), text);

    /// <summary>The host that carries the person's session.</summary>
    public Blade BladeOf(Townsperson person) => City.Blades.FirstOrDefault(blade => blade.SessionOf(person.UidNumber).Any(program => program.Name == "Xorg"))
        ?? throw new StoryException($"no host carries a session of {person.Login}");

    /// <summary>The processes that make a session: X server, window manager, terminal, shell.</summary>
    public IReadOnlyList<RunningProgram> SessionOf(Townsperson person) =>
        [.. BladeOf(person).SessionOf(person.UidNumber).Where(program => program.Name is "Xorg" or "openbox" or "xterm" or "sh" or "bash")];

    /// <summary>Fails the line unless it holds.</summary>
    public static void Must(bool holds, string why)
    {
        if (!holds) throw new StoryException(why);
    }

    /// <summary>Closes what the scene opened; the city is its owner's.</summary>
    public void Close() => Caller.Dispose();
}
