using CsCheck;
using VdiBroker.Directory;
using Xunit;

namespace VdiBroker.Domain.Tests.Directory;

public sealed class LoginNameTests
{
    [Theory]
    [InlineData("  Amelie.Durand ", "Amelie.Durand")]
    [InlineData("amélie", "amélie")]
    [InlineData("d'almeida (rh)", "d'almeida (rh)")]
    public void A_name_is_kept_as_typed_but_for_spaces_around_it(string typed, string value) => Assert.Equal(value, LoginName.Parse(typed)?.Value);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  \t ")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    [InlineData("a\u009fb")]
    public void What_cannot_be_a_name_is_none(string? typed) => Assert.Null(LoginName.Parse(typed));

    [Theory]
    [InlineData("amelie", null, "amelie")]
    [InlineData("amelie@drancy.fr", "drancy.fr", "amelie")]
    [InlineData(@" DRANCY\amelie ", "DRANCY", "amelie")]
    [InlineData(@"DRANCY\amelie@dugny", "DRANCY", "amelie@dugny")]
    [InlineData("a@b@c", "c", "a@b")]
    [InlineData("@drancy", null, "@drancy")]
    [InlineData("amelie@", null, "amelie@")]
    [InlineData(@"\amelie", null, @"\amelie")]
    [InlineData(@"amelie\", null, @"amelie\")]
    public void A_word_for_a_tenant_is_told_apart_from_the_name(string typed, string? word, string bare)
    {
        var name = LoginName.Parse(typed)!;
        Assert.Equal((word, bare, typed.Trim()), (name.TenantWord, name.Bare, name.Value));
    }

    [Fact]
    public void One_person_has_one_key_and_both_forms_are_asked()
    {
        Assert.All((string[])["AMÉLIE", "ame\u0301lie", " amélie@drancy", @"D\Amélie"], typed => Assert.Equal("amélie", LoginName.Parse(typed)!.Key));
        Assert.Equal(["am\u00e9lie", "ame\u0301lie"], LoginName.Forms("am\u00e9lie"));
        Assert.Equal(["amelie"], LoginName.Forms("amelie"));
    }

    [Fact]
    public void Invisible_characters_alone_are_no_name() => Assert.Null(LoginName.Parse("\u200b\u00ad"));

    [Fact]
    public void Half_a_character_is_no_name() => Assert.Null(LoginName.Parse("a\ud83d"));

    [Fact]
    public void A_name_ends_at_256_characters()
    {
        Assert.NotNull(LoginName.Parse(new string('a', LoginName.MaxLength)));
        Assert.Null(LoginName.Parse(new string('a', LoginName.MaxLength + 1)));
    }

    [Fact]
    public void Whatever_is_typed_a_name_holds_no_control_character_and_no_space_around_it() =>
        LdapFilterTests.Hostile.Sample(typed =>
        {
            if (LoginName.Parse(typed) is not { Value: var value }) return;
            Assert.Equal(value.Trim(), value);
            Assert.InRange(value.Length, 1, LoginName.MaxLength);
            Assert.DoesNotContain(value, char.IsControl);
        });
}
