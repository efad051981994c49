using CsCheck;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.Shim.Brokers;
using VdiBroker.Shim.Configuration;
using VdiBroker.Shim.Rdp;
using VdiBroker.Shim.Sessions;
using VdiBroker.Shim.Words;
using Xunit;

namespace VdiBroker.ThinClientShim.Tests;

public sealed class SettingsTests : Peers.AtAStation
{
    [Theory]
    [InlineData("fr", "Ce poste n'est pas bien réglé.", "la clé « color » n'existe pas")]
    [InlineData("en", "This station is not set up right.", "there is no key \"color\"")]
    public async Task Every_fault_is_said_at_once_with_its_line(string language, string head, string unknown)
    {
        using var late = Station.Authority.Station(valid: false);
        Station.Write("late.crt", late.ExportCertificatePem());
        Station.Write("late.key", Peers.TestAuthority.KeyPem(late));
        Station.Write("junk.crt", "not a certificate");
        var file = Station.Write("bad.conf", $"""
            # a comment, then faults
            language = {language}
            color = blue
            broker = broker1:7443
            broker = https://broker1
            just words
            ca = junk.crt
            certificate = late.crt
            key = late.key
            size = 12x12
            size = 1024x768
            display = seven
            user =
            """);
        Station.Run("--config", file, "--password-fd", "99", "--loud");
        Assert.Equal(2, await Station.ExitAsync());
        var screen = Station.Screen;
        Assert.Contains(head, screen, StringComparison.Ordinal);
        Assert.Contains($"{file}:3", screen, StringComparison.Ordinal);
        Assert.Contains(unknown, screen, StringComparison.Ordinal);
        foreach (var line in (int[])[4, 5, 6, 7, 8, 10, 11, 12, 13]) Assert.Contains($"{file}:{line}:", screen.Replace(" : ", ": ", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("--password-fd", screen, StringComparison.Ordinal);
        Assert.Contains("--loud", screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_file_and_missing_keys_are_named_together()
    {
        Station.Run("--config", Station.At("nowhere.conf"), "--key", Station.At("nowhere.key"), "--display", ":1");
        Assert.Equal(2, await Station.ExitAsync());
        foreach (var text in (string[])["nowhere.conf : fichier introuvable", "« broker »", "« ca »", "« certificate »", "nowhere.key"])
            Assert.Contains(text, Station.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public void An_option_goes_before_the_file_and_unlike_the_file_is_relative_to_the_folder_it_is_typed_in()
    {
        var faults = new List<Fault>();
        var line = Options.Read(["--broker", "https://a:1", "--broker", "https://b:2", "--once", "--ca", "x"], TextWriter.Null, faults);
        Assert.Empty(faults);
        Assert.Equal(["https://a:1", "https://b:2", "x"], line!.Given.Select(given => given.Value));
        Assert.All(line.Given, given => Assert.Equal(Environment.CurrentDirectory, given.Folder));
        Assert.True(line.Once);
    }

    [Theory]
    [InlineData("1280x800", 1280, 800)]
    [InlineData("full", 0, 0)]
    public void Sizes_are_read(string text, uint width, uint height)
    {
        Assert.True(ScreenSize.TryParse(text, out var size));
        Assert.Equal(new ScreenSize(width, height), size);
    }

    [Theory]
    [InlineData("1280")]
    [InlineData("x")]
    [InlineData("-5x800")]
    [InlineData("100000x800")]
    public void Other_sizes_are_refused(string text) => Assert.False(ScreenSize.TryParse(text, out _));

    [Theory]
    [InlineData("fr", 0x40Cu)]
    [InlineData("fr(bepo)", 0x2040Cu)]
    [InlineData("fr(latin9)", 0x40Cu)]
    [InlineData("be", 0x813u)]
    [InlineData("us", 0x409u)]
    [InlineData("gb", 0x809u)]
    [InlineData("de", 0x407u)]
    [InlineData("es", 0x40Au)]
    [InlineData("it", 0x410u)]
    [InlineData("ch(fr)", 0x100Cu)]
    [InlineData("ca", 0x1009u)]
    [InlineData("klingon", null)]
    [InlineData("", null)]
    public void Keyboards_have_the_layout_id_of_their_name(string x11, uint? id) => Assert.Equal(id, Keyboards.IdOf(x11));

    [Fact]
    public void The_stations_size_goes_before_the_persons_and_nothing_means_the_whole_screen()
    {
        var desktop = new Desktop { Address = "127.0.3.1", Port = 1, Settings = new() { ScreenWidth = 800, ScreenHeight = 600 } };
        Assert.Contains("/size:1024x768", FreeRdpArguments.For(desktop, new ScreenSize(1024, 768)));
        Assert.Contains("/size:800x600", FreeRdpArguments.For(desktop, null));
        Assert.Contains("/f", FreeRdpArguments.For(desktop, ScreenSize.Whole));
        desktop.Settings = null;
        Assert.Contains("/f", FreeRdpArguments.For(desktop, null));
    }

    [Theory]
    [InlineData("both", "+clipboard")]
    [InlineData("", "+clipboard")]
    [InlineData("in", "-clipboard")]
    [InlineData("out", "-clipboard")]
    [InlineData("off", "-clipboard")]
    [InlineData("newer", "-clipboard")]
    public void The_clipboard_is_on_only_where_it_may_go_both_ways(string allowed, string argument) =>
        Assert.Contains(argument, FreeRdpArguments.For(new Desktop { Address = "127.0.3.1", Port = 1, Settings = new() { Clipboard = allowed } }, null));

    [Fact]
    public void Every_language_has_the_same_sentences_with_the_same_places()
    {
        var french = Wording.Of("fr")!;
        Assert.Equal(["en", "fr"], Wording.Languages);
        foreach (var language in Wording.Languages)
        {
            var other = Wording.Of(language)!;
            Assert.Equal(french.Keys.Order(), other.Keys.Order());
            foreach (var key in french.Keys) Assert.Equal(Places(french[key]), Places(other[key]));
        }
    }

    [Fact]
    public void A_fault_of_the_broker_alone_shows_its_reference()
    {
        var words = Wording.Of("en")!;
        Assert.Equal("Text. Reference: R", Refusals.Text(new() { Text = "Text.", Reference = "R" }, words));
        Assert.Equal("Text.", Refusals.Text(new() { Text = "Text.", Reference = "R", Code = Protocol.Rpc.V1.ErrorCode.AllHostsFull }, words));
        Assert.NotEmpty(Refusals.Text(new(), words));
    }

    [Fact]
    public void Pauses_grow_within_their_bounds_and_differ() =>
        Gen.Select(Gen.Int[1, 10_000], Gen.Double[0.1, 5], Gen.Double[5, 60]).Sample((failures, first, longest) =>
        {
            var pause = new Pause(TimeSpan.FromSeconds(first), TimeSpan.FromSeconds(longest)).After(failures);
            return pause.TotalSeconds >= first / 2 - 1e-3 && pause.TotalSeconds <= longest + 1e-3;
        });

    private static IEnumerable<int> Places(string sentence) => Enumerable.Range(0, 5).Where(n => sentence.Contains($"{{{n}}}", StringComparison.Ordinal));
}
