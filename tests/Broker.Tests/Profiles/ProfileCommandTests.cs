using System.Text;
using System.Text.Json.Nodes;
using VdiBroker.City;
using VdiBroker.City.Brokers;
using VdiBroker.City.Processes;
using Xunit;

namespace VdiBroker.Broker.Tests.Profiles;

/// <summary>A broker with a Redis of its own that runs, and the commands beside it, all as an operator starts them.</summary>
public sealed class ProfileTown : IAsyncLifetime
{
    private static readonly string _program = CityPrograms.BuiltBroker;
    private readonly string _folder = System.IO.Directory.CreateTempSubdirectory("vdi-profiles-").FullName;
    private readonly Loopback _network = Loopback.Pick();

    public BrokerProcess Broker { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        var certificates = await CityCertificates.CreateAsync(_program, Path.Combine(_folder, "ca"), "test-city");
        Broker = await AtAsync("beside", certificates);
        await Broker.StartAsync();
        Asleep = await AtAsync("asleep", certificates);
    }

    /// <summary>Configured, never started.</summary>
    public BrokerProcess Asleep { get; private set; } = null!;

    public async Task DisposeAsync()
    {
        await Broker.DisposeAsync();
        System.IO.Directory.Delete(_folder, recursive: true);
    }

    public string FileOf(string name, byte[] content)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, content);
        return path;
    }

    public string PathOf(string name) => Path.Combine(_folder, name);

    public Task<ToolAnswer> RunAsync(params string[] arguments) => RunAsync(Broker, arguments);

    public Task<ToolAnswer> LockoutAsync(params string[] arguments) =>
        Tool.RunAsync(_program, ["lockout", .. arguments, "--config", Path.Combine(Broker.Folder, "broker.json")], deadline: TimeSpan.FromSeconds(60));

    public static Task<ToolAnswer> RunAsync(BrokerProcess broker, params string[] arguments) =>
        Tool.RunAsync(_program, ["profile", .. arguments, "--config", Path.Combine(broker.Folder, "broker.json")], deadline: TimeSpan.FromSeconds(60));

    private async Task<BrokerProcess> AtAsync(string name, CityCertificates certificates)
    {
        var address = _network.Address(11);
        var broker = BrokerProcess.At(_program, Path.Combine(_folder, name), address, Loopback.FreePort(address));
        await broker.ConfigureAsync(certificates);
        // No directory is asked here; the broker runs without one, and says so.
        await File.WriteAllTextAsync(Path.Combine(broker.Folder, "secret"), "x");
        await File.WriteAllTextAsync(Path.Combine(broker.Folder, "city.yaml"), $$"""
            city: test-city
            farm: test
            directories:
              - { id: none, servers: ["ldaps://{{_network.Address(21)}}:1"], ca: "{{certificates.CaFile}}", bind_dn: "cn=x,dc=test", bind_password_file: secret, people: { base: "ou=people,dc=test" }, groups: { base: "ou=groups,dc=test" } }
            tenants: [{ id: drancy, name: Drancy, directory: none, people_under: "ou=people,dc=test" }]
            hosts: [{ id: blade1, address: 127.0.0.1, port: 3391, seats: 3 }]
            pools: [{ id: bureau, name: { fr: Bureau, en: Desktop }, hosts: [blade1] }]
            entitlements: [{ tenant: drancy, group: agents, pools: [bureau] }]
            profiles:
              - { tenant: drancy, group: agents, keyboard: be }
              - { tenant: drancy, volume: 30 }
            places: [{ id: salle-12, name: { fr: Salle 12, en: room 12 }, stations: ["st-12-*"], printers: [lp12] }]
            """);
        return broker;
    }
}

/// <summary><c>broker profile</c>.</summary>
public sealed class ProfileCommandTests(ProfileTown town) : IClassFixture<ProfileTown>
{
    [Fact]
    public async Task Each_setting_is_shown_with_its_reason()
    {
        Assert.Equal(0, (await town.RunAsync("set", "drancy/amelie", "keyboard=bépo")).Status);
        var shown = await town.RunAsync("show", "drancy/amelie", "--station", "st-12-a", "--group", "agents");
        Assert.Equal("", shown.Error);
        Assert.StartsWith("""
            drancy/amelie at st-12-a (room 12)
              keyboard: bépo, chosen by the person; instead of be, from the group agents (line 10)
              language: French, by default
            """, shown.Output, StringComparison.Ordinal);
        Assert.Contains("\n  volume: 30%, for everybody of the tenant (line 11)\n  printers: lp12, from room 12\n  clipboard: both ways, by default\n", shown.Output, StringComparison.Ordinal);
        Assert.Contains("clavier : bépo, choisi par la personne", (await town.RunAsync("show", "drancy/amelie", "--language", "fr")).Output, StringComparison.Ordinal);
        var json = JsonNode.Parse((await town.RunAsync("show", "drancy/amelie", "--station", "st-12-a", "--json")).Output)!;
        Assert.Equal(("salle-12", "fr(bepo)", "person"), ((string?)json["place"], (string?)json["settings"]![0]!["value"], (string?)json["settings"]![0]!["source"]!["kind"]));
        Assert.Equal("printers: lp12, from room 12", (string?)json["settings"]![6]!["en"]);
    }

    [Fact]
    public async Task A_change_is_in_the_history_and_can_be_undone()
    {
        Assert.Equal((0, "entry 1: volume: not chosen → 10\n"), Told(await town.RunAsync("set", "drancy/karim", "volume=10")));
        Assert.Equal((0, "entry 2: volume: 10 → 20\n"), Told(await town.RunAsync("set", "drancy/karim", "volume=20")));
        var refused = await town.RunAsync("undo", "drancy/karim", "1");
        Assert.Equal((1, "volume was changed again since by entry 2: it is 20 now, entry 1 made it 10; undo that first, or force\n"), (refused.Status, refused.Error));
        Assert.Equal((0, "entry 3: volume: 20 → 10\n"), Told(await town.RunAsync("undo", "drancy/karim", "2")));
        Assert.Equal((0, "entry 4: volume: 10 → not chosen\n"), Told(await town.RunAsync("undo", "drancy/karim", "1", "--force")));
        var history = (await town.RunAsync("history", "drancy/karim")).Output.TrimEnd('\n').Split('\n');
        Assert.Equal(4, history.Length);
        Assert.Matches(@"^3\t20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ\tundo \S+\tvolume: 20 → 10$", history[2]);
    }

    [Fact]
    public async Task Any_spelling_of_a_login_is_the_same_person()
    {
        Assert.Equal((0, "kept as drancy/zoé.petit\nentry 1: volume: not chosen → 10\n"), Told(await town.RunAsync("set", "drancy/Zoe\u0301.PETIT", "volume=10")));
        Assert.Contains("\tvolume: not chosen → 10", (await town.RunAsync("history", "drancy/ZOÉ.petit")).Output, StringComparison.Ordinal);
        Assert.Contains("volume: 10%, chosen by the person", (await town.RunAsync("show", "drancy/zoé.Petit")).Output, StringComparison.Ordinal);
        var imported = await town.RunAsync("import", town.FileOf("spelled.csv", Encoding.UTF8.GetBytes("person,volume\ndrancy/Zoé.Petit,20\n")), "--format", "csv");
        Assert.Contains("\taccepted\tdrancy/Zoé.Petit\tkept as drancy/zoé.petit; volume: 10 → 20\n", imported.Output, StringComparison.Ordinal);
        Assert.Equal((0, "entry 3: volume: 20 → 10\n"), Told(await town.RunAsync("undo", "drancy/ZOÉ.PETIT", "2")));
        var file = town.PathOf("spelled-out.csv");
        Assert.Equal(0, (await town.RunAsync("export", file, "--format", "csv")).Status);
        Assert.Equal("drancy/zoé.petit,,,,,,10", Assert.Single(await File.ReadAllLinesAsync(file), line => line.Contains("petit", StringComparison.OrdinalIgnoreCase)));
    }

    [Fact]
    public async Task A_station_that_can_be_none_is_named_when_its_pause_is_to_end()
    {
        var answer = await town.LockoutAsync("unlock", "--station", "Poste_12");
        Assert.Equal((2, "--station: 'Poste_12' is no name of a station: letters a to z, digits and inner hyphens, 1 to 63, as its certificate has it\n"), (answer.Status, answer.Error));
        Assert.Equal(1, (await town.LockoutAsync("unlock", "--station", "poste-12")).Status);
    }

    [Theory]
    [InlineData("did you mean 'drancy'?", "set", "drancie/amelie", "volume=1")]
    [InlineData("did you mean 'volume'?", "set", "drancy/amelie", "volum=1")]
    [InlineData("volume: 'loud' must be", "set", "drancy/amelie", "volume=loud")]
    [InlineData("decided by the place", "set", "drancy/amelie", "usb=on")]
    [InlineData("'volume' is not SETTING=VALUE", "set", "drancy/amelie", "volume")]
    [InlineData("nowhere.csv", "import", "nowhere.csv", "--format", "csv")]
    public async Task What_is_typed_wrongly_is_told(string says, params string[] arguments)
    {
        var answer = await town.RunAsync(arguments);
        Assert.Equal(2, answer.Status);
        Assert.Contains(says, answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_is_imported_line_by_line_and_refused_lines_can_be_put_right()
    {
        var file = town.FileOf("people.csv", Encoding.Latin1.GetBytes("person;keyboard;volume\r\ndrancy/léa;bépo;\r\ndrancy/hugo;fr fr;\r\ndrancy/nina;us;5\r\n"));
        var rejects = town.PathOf("rejects.csv");
        var dry = await town.RunAsync("import", file, "--format", "csv", "--dry-run");
        Assert.Equal((1, true), (dry.Status, dry.Output.EndsWith("dry run, nothing was changed: 2 accepted, 0 unchanged, 1 refused\n", StringComparison.Ordinal)));
        var first = await town.RunAsync("import", file, "--format", "csv", "--rejects", rejects);
        Assert.Equal((1, $"""
            encoding Windows-1252 (Latin-1), as Excel writes it; read as such; separator semicolon
            2	accepted	drancy/léa	keyboard: not chosen → fr(bepo)
            3	refused	drancy/hugo	keyboard: 'fr fr' must be a keyboard layout such as fr, us, be, fr(bepo) or bépo
            4	accepted	drancy/nina	keyboard: not chosen → us; volume: not chosen → 5
            2 accepted, 0 unchanged, 1 refused
            refused lines as they are: {rejects}

            """), Told(first));
        Assert.Equal("person;keyboard;volume\r\ndrancy/hugo;fr fr;\r\n", await File.ReadAllTextAsync(rejects));
        Assert.Contains("exists", (await town.RunAsync("import", file, "--format", "csv", "--rejects", rejects)).Error, StringComparison.Ordinal);
        Assert.Equal(0, (await town.RunAsync("import", town.FileOf("right.csv", "person;keyboard;volume\r\ndrancy/hugo;fr;\r\n"u8.ToArray()), "--format", "csv", "--rejects", town.PathOf("none.csv"))).Status);
        Assert.False(File.Exists(town.PathOf("none.csv")));
        var ldif = town.PathOf("all.ldif");
        Assert.Equal(0, (await town.RunAsync("export", ldif, "--format", "ldif")).Status);
        Assert.Contains("dn: uid=hugo,o=drancy\nobjectClass: vdiProfile\nkeyboard: fr\n", await File.ReadAllTextAsync(ldif), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(ldif));
        var again = await town.RunAsync("import", ldif, "--format", "ldif", "--quiet");
        Assert.Equal(0, again.Status);
        Assert.Contains("0 accepted, ", again.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_running_broker_its_own_store_is_told_to_be_out_of_reach()
    {
        var answer = await ProfileTown.RunAsync(town.Asleep, "show", "drancy/amelie");
        Assert.Equal(3, answer.Status);
        Assert.Contains("it runs while the broker runs", answer.Error, StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(town.Asleep.Folder, "city.yaml"), "city: [");
        Assert.Equal(2, (await ProfileTown.RunAsync(town.Asleep, "show", "drancy/amelie")).Status);
    }

    private static (int, string) Told(ToolAnswer answer) => (answer.Status, answer.Output);
}
