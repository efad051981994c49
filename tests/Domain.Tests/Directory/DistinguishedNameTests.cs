using CsCheck;
using VdiBroker.Directory;
using Xunit;

namespace VdiBroker.Domain.Tests.Directory;

public sealed class DistinguishedNameTests
{
    private static readonly DistinguishedName People = Parse("ou=drancy,ou=people,dc=agglo,dc=test");

    [Fact]
    public void An_escaped_value_reads_back_as_the_very_text() =>
        LdapFilterTests.Hostile.Sample(text => Assert.Equal(LdapFilterTests.AsText(text), DistinguishedName.Unescape(DistinguishedName.Escape(text))));

    [Fact]
    public void A_value_never_adds_a_name_to_the_entry_nor_moves_it_out_of_its_branch() =>
        LdapFilterTests.Hostile.Sample(text =>
        {
            var name = Parse($"cn={DistinguishedName.Escape(text)},ou=drancy,ou=people,dc=agglo,dc=test");
            Assert.Equal(5, name.Depth);
            Assert.True(name.IsIn(People));
        });

    [Fact]
    public void Values_that_no_server_takes_for_one_make_different_entries() =>
        Gen.Select(LdapFilterTests.Hostile, LdapFilterTests.Hostile)
            .Where((one, other) => Whole(one) != Whole(other))
            .Sample((one, other) => Assert.NotEqual(
                Parse($"cn={DistinguishedName.Escape(one)},dc=test"), Parse($"cn={DistinguishedName.Escape(other)},dc=test")));

    [Theory]
    [InlineData("uid=a,ou=Drancy, OU=people , dc=agglo,dc=test", true)]
    [InlineData("uid=a,ou=bureau,ou=drancy,ou=people,dc=agglo,dc=test", true)]
    [InlineData(@"uid=a,ou=dr\61ncy,ou=people,dc=agglo,dc=test", true)]
    [InlineData("ou=drancy,ou=people,dc=agglo,dc=test", true)]
    [InlineData("uid=a,ou=drancy2,ou=people,dc=agglo,dc=test", false)]
    [InlineData(@"uid=a\,ou=drancy,ou=people,dc=agglo,dc=test", false)]
    [InlineData("ou=people,dc=agglo,dc=test", false)]
    [InlineData("uid=a,ou=drancy,ou=people,dc=agglo,dc=test,dc=org", false)]
    public void An_entry_is_in_a_branch_however_either_is_spelled(string entry, bool inside) => Assert.Equal(inside, Parse(entry).IsIn(People));

    [Theory]
    [InlineData("uid")]
    [InlineData("=a,dc=test")]
    [InlineData("uid=a,,dc=test")]
    [InlineData(@"uid=a\")]
    [InlineData("u d=a")]
    public void What_is_no_name_is_refused(string text) => Assert.Null(DistinguishedName.Parse(text));

    [Fact]
    public void The_order_of_a_name_of_several_parts_does_not_count() => Assert.Equal(Parse("cn=a+uid=b,dc=test"), Parse("UID=B + cn=A,dc=test"));

    [Fact]
    public void The_unicode_form_of_a_name_does_not_count() => Assert.Equal(Parse("ou=\u00c9lus,dc=test"), Parse("ou=e\u0301lus,dc=test"));

    private static string Whole(string text) => TextForms.Fold(LdapFilterTests.AsText(text));

    private static DistinguishedName Parse(string text) => DistinguishedName.Parse(text) ?? throw new ArgumentException(text);
}
