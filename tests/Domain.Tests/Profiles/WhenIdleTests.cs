using CsCheck;
using VdiBroker.Profiles;
using Xunit;

namespace VdiBroker.Domain.Tests.Profiles;

public sealed class WhenIdleTests
{
    [Theory]
    [InlineData("lock after 15m, warn 30s", IdleAct.Lock, 900, 30)]
    [InlineData("Disconnect  after 90s ,warn 5s", IdleAct.Disconnect, 90, 5)]
    [InlineData("sign-out after 2h", IdleAct.SignOut, 7200, 30)]
    [InlineData("lock after 10s", IdleAct.Lock, 10, 10)]
    public void It_is_read_as_it_is_written(string text, IdleAct act, int after, int warn) =>
        Assert.Equal(new WhenIdle(act, TimeSpan.FromSeconds(after), TimeSpan.FromSeconds(warn)), WhenIdle.Parse(text));

    [Theory]
    [InlineData("lock")]
    [InlineData("lock after 9s")]
    [InlineData("lock after 25h")]
    [InlineData("lock after 999999h")]
    [InlineData("lock after 15m, warn 4s")]
    [InlineData("lock after 15s, warn 16s")]
    [InlineData("lock after 15")]
    [InlineData("lock after 15m, warn 30s, warn 30s")]
    [InlineData("shut after 15m")]
    [InlineData("lock after 15m\n")]
    [InlineData("")]
    public void What_is_not_of_that_form_is_nothing(string text) => Assert.Null(WhenIdle.Spelled(text));

    [Fact]
    public void What_is_written_is_read_again() => Gen.Select(Gen.Enum<IdleAct>(), Gen.Int[10, 86400], Gen.Int[5, 86400]).Sample((act, after, warn) =>
    {
        var idle = new WhenIdle(act, TimeSpan.FromSeconds(after), TimeSpan.FromSeconds(Math.Min(after, warn)));
        Assert.Equal(idle, WhenIdle.Parse(idle.ToString()));
        Assert.Equal(idle.ToString(), WhenIdle.Spelled(idle.ToString()));
    });

    [Fact]
    public void What_each_kind_of_station_does_is_spelled_as_it_is_stored() =>
        Assert.All(WhenIdle.OfKinds.Values, text => Assert.Equal(text, WhenIdle.Spelled(text)));

    [Theory]
    [InlineData("lock after 15m, warn 30s", "se verrouille après 15m, décompte de 30s", "locks after 15m, counted down for 30s")]
    [InlineData("off", "rien", "nothing")]
    public void It_is_told_in_words(string value, string french, string english)
    {
        var setting = SettingCatalogue.Named("when_idle")!;
        Assert.Equal((french, english), (ValueWords.Of(setting, value, "fr"), ValueWords.Of(setting, value, "en")));
    }
}
