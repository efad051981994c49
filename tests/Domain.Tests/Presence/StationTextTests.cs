using CsCheck;
using VdiBroker.Kernel;
using VdiBroker.Presence;
using Xunit;

namespace VdiBroker.Domain.Tests.Presence;

public sealed class StationTextTests
{
    // Every UTF-16 unit, those that a terminal or a page would obey more often.
    private static readonly Gen<string> _any = Gen.Frequency((3, Gen.Char[' ', '~']), (2, Gen.Char['\0', '\uffff']), (1, Gen.Int[0, 8].Select(at => "\u001b\u202e\u2028\r\n\u0085\ud800\ue000\u200b"[at])))
        .Array[0, 200].Select(signs => new string(signs));

    [Fact]
    public void What_is_taken_in_is_no_longer_than_it_may_be_and_nothing_obeys_it() => _any.Sample(text =>
    {
        if (StationText.IsVersion(text)) Assert.True(text.Length is > 0 and <= StationText.LongestVersion && IsHarmless(text));
        if (StationText.IsMessage(text)) Assert.True(text.Length is > 0 and <= StationText.LongestMessage && IsHarmless(text));
        if (StationText.IsOutcome(text)) Assert.True(IsHarmless(text.Replace("\n", "", StringComparison.Ordinal)));
    });

    [Theory]
    [InlineData("Le service redémarre à midi – enregistrez.", true)]
    [InlineData("", false)]
    [InlineData("a\u001b[2J", false)]
    [InlineData("a\u202eb", false)]
    [InlineData("a\nb", false)]
    public void A_message_is_what_people_write(string text, bool taken) => Assert.Equal(taken, StationText.IsMessage(text));

    [Fact]
    public void Who_has_said_nothing_for_long_is_not_on()
    {
        var now = DateTimeOffset.UnixEpoch.AddDays(1);
        var heard = new StationPresence(new StationId("poste-1"), Attached: true, now.AddHours(-3), now.AddMinutes(-4));
        Assert.True(heard.IsOn(now));
        Assert.False((heard with { Attached = false }).IsOn(now));
        Assert.False((heard with { HeardAt = now.AddMinutes(-11) }).IsOn(now));
    }

    private static bool IsHarmless(string text) => !text.Any(sign => char.IsControl(sign) || char.IsSurrogate(sign) || sign is '\u202e' or '\u2028' or '\u2029' or '\u200b');
}
