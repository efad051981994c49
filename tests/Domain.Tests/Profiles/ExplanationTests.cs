using VdiBroker.Profiles;
using Xunit;

namespace VdiBroker.Domain.Tests.Profiles;

public sealed class ExplanationTests
{
    private static readonly MergedSettings Merged = ProfileMerge.Merge(new SettingSources(
        Drawn.Person(Drawn.Drancy, ["agents"]), Drawn.Of(("keyboard", "bépo")), Drawn.Of(("language", "en")), [Drawn.Rule(41, "agents", ("keyboard", "be"), ("screen", "1280x800")), Drawn.Rule(42, null, ("volume", "30"))],
        new Place("salle-12", "Salle 12", "room 12", null, [], Drawn.Of(("printers", "lp12,couleur"), ("usb", "on")))));

    [Theory]
    [InlineData("keyboard", "clavier : bépo, choisi par vous", "keyboard: bépo, from you")]
    [InlineData("language", "langue : anglais, d'après l'annuaire", "language: English, from the directory")]
    [InlineData("screen", "écran : 1280x800, d'après le groupe agents", "screen: 1280x800, from the group agents")]
    [InlineData("volume", "volume : 30 %, pour tous les agents de la collectivité", "volume: 30%, for everybody of the tenant")]
    [InlineData("printers", "imprimantes : lp12, couleur, d'après le lieu « Salle 12 »", "printers: lp12, couleur, from room 12")]
    [InlineData("usb", "clés USB : autorisé, d'après le lieu « Salle 12 »", "USB sticks: allowed, from room 12")]
    [InlineData("text_size", "taille du texte : ×1, par défaut", "text size: ×1, by default")]
    public void A_person_reads_why(string setting, string french, string english)
    {
        Assert.Equal(french, Explanation.Sentence(Value(setting), "fr", Reader.Person));
        Assert.Equal(english, Explanation.Sentence(Value(setting), "en-GB", Reader.Person));
    }

    [Fact]
    public void An_operator_reads_the_line_of_the_city_file_and_what_was_overruled()
    {
        Assert.Equal("screen: 1280x800, from the group agents (line 41)", Explanation.Sentence(Value("screen"), "en", Reader.Operator));
        Assert.Equal("keyboard: bépo, chosen by the person", Explanation.Sentence(Value("keyboard"), "en", Reader.Operator));
        Assert.Equal("instead of be, from the group agents (line 41)", Explanation.Instead(Value("keyboard"), "en", Reader.Operator));
        Assert.Equal("au lieu de be, d'après le groupe agents (ligne 41)", Explanation.Instead(Value("keyboard"), "fr", Reader.Operator));
        Assert.Null(Explanation.Instead(Value("volume"), "en", Reader.Operator));
    }

    private static MergedValue Value(string setting) => Merged.Values.First(value => value.Setting.Name == setting);
}
