using System.Globalization;
using System.Text;
using CsCheck;
using VdiBroker.Directory;
using Xunit;

namespace VdiBroker.Domain.Tests.Directory;

public sealed class LdapFilterTests
{
    // Half of every hostile text is what means something to a filter, a DN or a C string.
    internal static readonly Gen<string> Hostile = Gen.OneOf(
        Gen.Char["*()\\&|!=<>~,+;\"# \0\n\r\u007fé"].Array[0, 40].Select(letters => new string(letters)),
        Pick.From("*", "amelie*)(uid=*", "*)(objectClass=*", "\\2a", "a\\", "x)(|(uid=*", "amelie.durand\0", "Amélie", "e\u0301", "😀", "\ud83d", " a ", "#a", ""),
        Gen.String);

    private static readonly Encoding Strict = new UTF8Encoding(false, throwOnInvalidBytes: true);

    [Fact]
    public void An_escaped_value_reads_back_as_the_very_text() =>
        Hostile.Sample(text => Assert.Equal(AsText(text), Read(LdapFilter.Escape(text))));

    [Fact]
    public void No_character_that_means_something_is_left_outside_an_escape() =>
        Hostile.Sample(text =>
        {
            var escaped = LdapFilter.Escape(text);
            Assert.DoesNotContain(escaped, letter => letter is '*' or '(' or ')' or < ' ' or > '~');
            for (var i = escaped.IndexOf('\\', StringComparison.Ordinal); i >= 0; i = escaped.IndexOf('\\', i + 3))
                Assert.True(char.IsAsciiHexDigit(escaped[i + 1]) && char.IsAsciiHexDigit(escaped[i + 2]), escaped);
        });

    [Fact]
    public void A_filter_has_the_shape_that_was_meant_whatever_the_value() =>
        Hostile.Sample(text =>
        {
            var filter = LdapFilter.Is("uid", text);
            Assert.StartsWith("(uid=", filter, StringComparison.Ordinal);
            Assert.Equal(1, filter.Count(letter => letter == '('));
            Assert.Equal(filter.Length - 1, filter.IndexOf(')', StringComparison.Ordinal));
        });

    [Theory]
    [InlineData("Parens R Us (for all your parenthetical needs)", @"Parens R Us \28for all your parenthetical needs\29")]
    [InlineData("*", @"\2a")]
    [InlineData(@"C:\MyFile", @"C:\5cMyFile")]
    [InlineData("Lučić", @"Lu\c4\8di\c4\87")]
    public void The_standards_own_examples_come_out_as_written(string value, string escaped) => Assert.Equal(escaped, LdapFilter.Escape(value));

    // What no text is (half a pair) is sent as the replacement character.
    internal static string AsText(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private static string Read(string escaped)
    {
        var octets = new List<byte>();
        for (var i = 0; i < escaped.Length; i++)
        {
            if (escaped[i] != '\\')
            {
                octets.Add((byte)escaped[i]);
                continue;
            }
            octets.Add(byte.Parse(escaped.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
            i += 2;
        }
        return Strict.GetString([.. octets]);
    }
}
