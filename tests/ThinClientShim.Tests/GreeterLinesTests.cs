using System.Text;
using CsCheck;
using VdiBroker.Shim.Greeters;
using Xunit;

namespace VdiBroker.ThinClientShim.Tests;

/// <summary>What shim and greeter tell each other by lines: whatever stands in a text, it comes across as one text.</summary>
public sealed class GreeterLinesTests
{
    // With what a broker or a person may send: line ends, keys of ours, letters of every alphabet.
    private static readonly Gen<string> _text = Gen.OneOf(Gen.String[1, 20], Gen.OneOf([.. ((string[])["p SignIn", "\n\n", "t x\np Wait\n", "\r", "Amélie Durand", "   ", "é\u2028b", "日本"]).Select(Gen.Const)]));

    private static readonly Gen<GreeterPage> _page = Gen.Select(Gen.Enum<PageKind>(), Gen.Bool, _text, _text.Array[0, 3], _text.Array[0, 3], Gen.Bool.Array[3])
        .Select(x => new GreeterPage(x.Item1, "fr")
        {
            IsNameFixed = x.Item2,
            Look = new Look(x.Item2 ? Look.Large : 1, x.Item6[0]),
            Name = x.Item3,
            Heading = x.Item3,
            Sentences = x.Item4,
            Buttons = [.. x.Item5.Select((label, i) => ((char)('a' + i), label))],
            Desktops = [.. x.Item5.Select((name, i) => new OfferedDesktop(name, x.Item6[i]))],
        });

    [Fact]
    public void A_page_comes_across_whole_and_alone() => _page.Sample(page =>
    {
        var lines = page.Encode().Split('\n');
        // One page, whatever is in it: only its last line is empty.
        Assert.Equal(["", ""], lines[^2..]);
        Assert.DoesNotContain("", lines[..^2]);
        var read = GreeterPage.Decode(lines[..^2])!;
        Assert.Equal((page.Kind, page.Language, page.Look, page.IsNameFixed, Told(page.Name), Told(page.Heading)), (read.Kind, read.Language, read.Look, read.IsNameFixed, read.Name, read.Heading));
        Assert.Equal(page.Sentences.Select(Told), read.Sentences);
        Assert.Equal(page.Buttons.Select(one => (one.Key, Told(one.Label))), read.Buttons);
        Assert.Equal(page.Desktops.Select(one => one with { Name = Told(one.Name) }), read.Desktops);
    });

    [Fact]
    public async Task An_answer_comes_across_with_its_password() =>
        await Gen.Select(Gen.Int[0, 8], Gen.String[Gen.Char['a', 'ÿ'], 1, 20], Gen.Byte.Where(one => one != '\n').Array[0, 20], Gen.Int[0, 9]).SampleAsync(async (which, name, password, number) =>
        {
            GreeterAnswer answer = which switch
            {
                0 => new GreeterAnswer.SignIn(name, password),
                1 => new GreeterAnswer.Change(name, password),
                2 => new GreeterAnswer.New(password),
                3 => new GreeterAnswer.Choose(number == 9 ? null : number),
                4 => new GreeterAnswer.Press((char)('a' + number)),
                5 => new GreeterAnswer.Speak("en"),
                7 => new GreeterAnswer.Gone(),
                6 => new GreeterAnswer.Choice(new Look(1 + (number % 5 * 0.25m), number > 4)),
                _ => new GreeterAnswer.Shown(PageKind.Choose),
            };
            var read = await GreeterAnswer.ReadAsync(Encoding.UTF8.GetBytes(answer.Head()), () => Task.FromResult(answer.Secret()));
            Assert.Equal(answer, read);
        });

    [Theory]
    [InlineData("")]
    [InlineData("sign")]
    [InlineData("press")]
    [InlineData("press lang")]
    [InlineData("shown Nothing")]
    [InlineData("look 7 high")]
    [InlineData("look large")]
    public async Task What_is_no_answer_of_ours_is_none(string line) =>
        Assert.Null(await GreeterAnswer.ReadAsync(Encoding.UTF8.GetBytes(line), () => Task.FromResult<byte[]?>([])));

    [Fact]
    public async Task An_end_before_the_password_is_no_answer() => Assert.Null(await GreeterAnswer.ReadAsync("sign-in amelie"u8.ToArray(), () => Task.FromResult<byte[]?>(null)));

    private static string Told(string text) => text.ReplaceLineEndings(" ");
}
