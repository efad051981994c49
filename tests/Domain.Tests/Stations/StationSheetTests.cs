using CsCheck;
using VdiBroker.Stations;
using Xunit;

namespace VdiBroker.Domain.Tests.Stations;

public sealed class StationSheetTests
{
    private static readonly Gen<string> _anything = Gen.OneOf(Gen.String, Gen.String[Gen.Char[' ', '~'], 0, 80], Gen.String[Gen.Char['a', 'f'], 0, 70], Gen.Const("3c:52:82:01:0a:ff"), Gen.Const("\u001b[2J"), Gen.Const("\u202enoitats"), Gen.Const(""));

    [Fact]
    public void Whatever_a_station_says_what_is_taken_in_is_plain_and_short() => Gen.Select(_anything, _anything, _anything.Array[0, 12]).Sample((name, model, cards) =>
    {
        var sheet = StationSheet.Read(name, model, cards, out var fault);
        Assert.Equal(sheet is null, fault is not null);
        if (sheet is null) return;
        Assert.Matches(@"\A([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)?\z", sheet.Name);
        Assert.InRange(sheet.Model.Length, 0, StationSheet.LongestModel);
        Assert.All(sheet.Model, one => Assert.InRange(one, ' ', '~'));
        Assert.InRange(sheet.Cards.Length, 0, StationSheet.MostCards);
        Assert.Equal(sheet.Cards.Distinct(), sheet.Cards);
    });

    [Fact]
    public void A_fault_never_repeats_what_was_sent() => Gen.String[Gen.Char['\u0001', '\u001f'], 1, 20].Sample(nasty =>
    {
        Assert.Null(StationSheet.Read(nasty, nasty, [nasty], out var fault));
        Assert.DoesNotContain(nasty, fault!, StringComparison.Ordinal);
    });

    [Fact]
    public void What_a_station_honestly_says_is_taken_in()
    {
        var sheet = StationSheet.Read("accueil-1", " Dell Inc. OptiPlex 3070 ", ["3C-52-82-01-0A-FF", "3c:52:82:01:0b:00"], out _)!;
        Assert.Equal(("accueil-1", "Dell Inc. OptiPlex 3070"), (sheet.Name, sheet.Model));
        Assert.Equal(["3c:52:82:01:0a:ff", "3c:52:82:01:0b:00"], sheet.Cards.Select(card => card.ToString()));
        Assert.Equal(new StationSheet("", "", []).Name, StationSheet.Read("", "", [], out _)!.Name);
        Assert.Null(StationSheet.Read("", "", ["3c:52:82:01:0a:ff", "3C-52-82-01-0A-FF"], out _));
    }
}
