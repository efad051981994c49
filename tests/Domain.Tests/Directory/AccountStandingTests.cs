using CsCheck;
using VdiBroker.Directory;
using Xunit;

namespace VdiBroker.Domain.Tests.Directory;

public sealed class AccountStandingTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("userAccountControl", "514", AccountState.Disabled)]
    [InlineData("userAccountControl", "512", null)]
    [InlineData("accountExpires", "133000000000000000", AccountState.AccountExpired)]
    [InlineData("accountExpires", "0", null)]
    [InlineData("accountExpires", "9223372036854775807", null)]
    [InlineData("nsAccountLock", "true", AccountState.Disabled)]
    [InlineData("nsAccountLock", "FALSE", null)]
    [InlineData("pwdAccountLockedTime", "000001010000Z", AccountState.Disabled)]
    [InlineData("pwdAccountLockedTime", "20261123115900Z", null)]
    [InlineData("pwdEndTime", "20261123115959Z", AccountState.AccountExpired)]
    [InlineData("pwdEndTime", "20261124000000Z", null)]
    [InlineData("pwdStartTime", "20261124000000Z", AccountState.Disabled)]
    [InlineData("lockoutTime", "133000000000000000", null)]
    public void An_entry_says_whether_its_account_may_be_used(string attribute, string value, AccountState? standing) =>
        Assert.Equal(standing, AccountStanding.Of(new Dictionary<string, string> { [attribute] = value }, Noon));

    [Fact]
    public void Whatever_an_entry_holds_it_is_judged() =>
        Gen.Select(Gen.Int[0, 3].Select(i => ((string[])["userAccountControl", "accountExpires", "pwdEndTime", "pwdStartTime"])[i]), Gen.String)
            .Sample((attribute, value) => _ = AccountStanding.Of(new Dictionary<string, string> { [attribute] = value }, Noon));
}
