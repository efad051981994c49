using CsCheck;
using VdiBroker.Directory;
using Xunit;

namespace VdiBroker.Domain.Tests.Directory;

public sealed class TextFormsTests
{
    private static readonly Gen<string> Accented = Gen.Char["eEaAoOuUıiçßœÆ\u0300\u0301\u0302\u0303\u0306\u0307\u0308\u0323\u0327\u0328\u031béÉǘệṩа\u0439ё ﬁＡ\u00ad"].Array[0, 12].Select(letters => new string(letters));

    [Theory]
    [InlineData("Ame\u0301lie", "Am\u00e9lie")]
    [InlineData("c\u0327a", "\u00e7a")]
    [InlineData("e\u0323\u0302", "\u1ec7")]
    [InlineData("e\u0302\u0323", "\u1ec7")]
    [InlineData("s\u0307\u0323", "\u1e69")]
    [InlineData("u\u0308\u0301", "\u01d8")]
    [InlineData("\u0438\u0306", "\u0439")]
    [InlineData("q\u0307\u0323", "q\u0323\u0307")]
    [InlineData("a\u0301\u0301", "\u00e1\u0301")]
    [InlineData("\u0301a", "\u0301a")]
    public void Letters_and_marks_become_the_one_character(string apart, string whole)
    {
        Assert.Equal(whole, TextForms.Compose(apart));
        Assert.Equal(TextForms.Decompose(apart), TextForms.Decompose(whole));
    }

    [Fact]
    public void Both_forms_of_a_text_are_stable_and_lead_to_each_other() =>
        Gen.OneOf(Accented, LdapFilterTests.Hostile).Sample(text =>
        {
            var (whole, apart) = (TextForms.Compose(text), TextForms.Decompose(text));
            Assert.Equal(whole, TextForms.Compose(whole));
            Assert.Equal(apart, TextForms.Decompose(apart));
            Assert.Equal(whole, TextForms.Compose(apart));
            Assert.Equal(apart, TextForms.Decompose(whole));
        });

    [Fact]
    public void One_fold_is_enough_and_form_and_case_do_not_count() =>
        Gen.OneOf(Accented, LdapFilterTests.Hostile).Sample(text =>
        {
            var folded = TextForms.Fold(text);
            Assert.Equal(folded, TextForms.Fold(folded));
            Assert.Equal(folded, TextForms.Fold(TextForms.Decompose(text)));
            Assert.Equal(folded, TextForms.Fold("  " + text + "\t"));
            Assert.DoesNotContain(folded, char.IsControl);
        });

    [Theory]
    [InlineData("Ａmélie  DURAND", "amélie durand")]
    [InlineData("o\ufb03ce", "office")]
    [InlineData("ame\u00adlie\u200b", "amelie")]
    [InlineData("a\u00a0b", "a b")]
    [InlineData("\u0130ris", "iris")]
    [InlineData("I\u0307ris", "iris")]
    [InlineData("\U0001d41amelie", "amelie")]
    public void A_name_has_one_fold_however_it_is_typed(string typed, string folded) => Assert.Equal(folded, TextForms.Fold(typed));

    [Fact]
    public void No_code_point_makes_a_form_fail_and_what_is_no_character_shows_as_such()
    {
        for (var point = 0; point <= 0x10ffff; point++)
        {
            if (point is >= 0xd800 and <= 0xdfff) continue;
            var text = "x" + char.ConvertFromUtf32(point);
            Assert.Equal(TextForms.Fold(text), TextForms.Fold(TextForms.Decompose(text)));
        }
        Assert.All((string[])["\ufffe", "\uffff", "\ufdd0", "\U0001fffe"], text => Assert.Equal("\ufffd", TextForms.Compose(text)));
        Assert.All((string[])["a\ufffe", "a\ufdd0", "a\U0010ffff"], typed => Assert.Null(LoginName.Parse(typed)));
    }

    [Fact]
    public void The_forms_are_known_here() => Assert.True(TextForms.AreKnown);

    [Fact]
    public void A_clean_text_is_one_line_without_controls_and_within_its_length() =>
        LdapFilterTests.Hostile.Sample(text =>
        {
            var clean = TextForms.Clean(text + "\u202e\u2028", 20);
            Assert.DoesNotContain(clean, letter => char.IsControl(letter) || letter is '\u202e' or '\u2028');
            Assert.InRange(clean.Length, 0, 20);
            Assert.Equal(clean, clean.Trim());
        });
}
