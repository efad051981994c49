using CsCheck;
using VdiBroker.Directory;
using Xunit;

namespace VdiBroker.Domain.Tests.Directory;

public sealed class BindJudgementTests
{
    private static readonly DateTimeOffset Now = new(2026, 9, 1, 8, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("3003810101", null, null, PolicyError.AccountLocked)]
    [InlineData("3003810106", null, null, PolicyError.PasswordTooShort)]
    [InlineData("3005a003810101", null, 1, null)]
    [InlineData("3006a00480020e10", 3600, null, null)]
    [InlineData("3008a003810100810100", null, 0, PolicyError.PasswordExpired)]
    [InlineData("308400000003810101", null, null, PolicyError.AccountLocked)]
    [InlineData("308400000009a08400000003810100", null, 0, null)]
    [InlineData("3000", null, null, null)]
    [InlineData("", null, null, null)]
    [InlineData("3003810163", null, null, null)]
    [InlineData("308103810102", null, null, PolicyError.ChangeAfterReset)]
    public void The_control_is_read_as_servers_send_it(string hex, int? seconds, int? grace, PolicyError? error) =>
        Assert.Equal(new PolicyControl(seconds is { } time ? TimeSpan.FromSeconds(time) : null, grace, error), PolicyControl.Read(Convert.FromHexString(hex)));

    [Theory]
    [InlineData("30")]
    [InlineData("3004810101")]
    [InlineData("300381010100")]
    [InlineData("3002a000")]
    [InlineData("30038101ff")]
    [InlineData("3007810500ffffffff")]
    [InlineData("30848000000000")]
    [InlineData("0400")]
    public void What_is_no_control_is_none(string hex) => Assert.Null(PolicyControl.Read(Convert.FromHexString(hex)));

    [Fact]
    public void No_octets_make_the_reader_throw_and_every_value_is_in_range() =>
        Gen.OneOf(
            Gen.Byte.Array[0, 40],
            Gen.OneOf(Pick.From<byte>(0x30, 0xa0, 0x80, 0x81, 0x00, 0x01, 0x02, 0x03, 0x04, 0x84, 0xff), Gen.Byte).Array[0, 16]).Sample(octets =>
        {
            if (PolicyControl.Read(octets) is not { } said) return;
            Assert.True(said.BeforeExpiration is not { Ticks: < 0 } && said.GraceLeft is not < 0);
            Assert.True(said.Error is not { } error || Enum.IsDefined(error));
        });

    [Fact]
    public void Whatever_a_server_says_only_a_result_of_zero_lets_in() =>
        Gen.Select(Gen.Enum<DirectorySchema>(), Gen.Int[0, 120], Gen.OneOf(Gen.String, Gen.Const("AcceptSecurityContext error, data 533, v4563")), Gen.Byte.Array[0, 12], Gen.Bool).Sample((schema, code, text, control, reset) =>
        {
            var judged = BindJudgement.Judge(schema, new ServerWord(code, text, control), new AccountFacts(reset), Now);
            if (judged is BindJudgement.Taken) Assert.True(code == 0 && !reset);
            if (code == 0) Assert.True(judged is BindJudgement.Taken or BindJudgement.Barred);
            if (code is 51 or 52 or 80 or 81 or 1 or 2) Assert.IsType<BindJudgement.NoAnswer>(judged);
        });

    [Theory]
    [InlineData(49, "", null)]
    [InlineData(49, "3003810101", null)]
    [InlineData(49, "3003810100", AccountState.PasswordExpired)]
    [InlineData(0, "3003810102", AccountState.MustChange)]
    [InlineData(32, "", null)]
    [InlineData(48, "", null)]
    public void OpenLdap_tells_the_state_by_its_control(int code, string control, AccountState? state) =>
        Assert.Equal(Refusal(state), Judge(DirectorySchema.OpenLdap, code, "", control));

    [Theory]
    [InlineData(53, "Account inactivated. Contact system administrator.", "308400000003810101", null)]
    [InlineData(19, "Exceed password retry limit. Please try later.", "308400000003810101", null)]
    [InlineData(19, "Account inactivity limit exceeded. Contact system administrator to reset.", "", null)]
    [InlineData(49, "password expired!", "308400000003810100", AccountState.PasswordExpired)]
    [InlineData(49, "", "", null)]
    [InlineData(0, "", "308400000003810102", AccountState.MustChange)]
    public void The_389_tells_a_state_only_after_a_right_password(int code, string diagnostic, string control, AccountState? state) =>
        Assert.Equal(Refusal(state), Judge(DirectorySchema.ThreeEightNine, code, diagnostic, control));

    [Fact]
    public void A_reset_password_bars_though_the_bind_succeeds_and_no_control_says_so() =>
        Assert.Equal(new BindJudgement.Barred(AccountState.MustChange), BindJudgement.Judge(DirectorySchema.OpenLdap, new ServerWord(0, "", null), new AccountFacts(MustChange: true), Now));

    [Theory]
    [InlineData("52e", null)]
    [InlineData("525", null)]
    [InlineData("775", null)]
    [InlineData("530", AccountState.OutsideHours)]
    [InlineData("531", AccountState.OutsideHours)]
    [InlineData("532", AccountState.MustChange)]
    [InlineData("533", AccountState.Disabled)]
    [InlineData("701", AccountState.AccountExpired)]
    [InlineData("773", AccountState.MustChange)]
    [InlineData("5330", null)]
    public void Active_Directory_tells_the_state_by_its_sub_code(string data, AccountState? state) =>
        Assert.Equal(Refusal(state), Judge(DirectorySchema.ActiveDirectory, 49, $"80090308: LdapErr: DSID-0C090439, comment: AcceptSecurityContext error, data {data}, v4563", ""));

    [Fact]
    public void A_sub_code_means_nothing_to_another_kind_of_server() =>
        Assert.Equal(new BindJudgement.Rejected(), Judge(DirectorySchema.OpenLdap, 49, "AcceptSecurityContext error, data 533, v4563", ""));

    [Fact]
    public void Who_is_let_in_learns_of_grace_and_of_an_end_that_is_near()
    {
        Assert.Equal(new BindJudgement.Taken(new PasswordNotice(null, 1)), Judge(DirectorySchema.OpenLdap, 0, "", "3005a003810101"));
        Assert.Equal(new BindJudgement.Taken(new PasswordNotice(TimeSpan.FromHours(1), null)), Judge(DirectorySchema.OpenLdap, 0, "", "3006a00480020e10"));
        Assert.Equal(new BindJudgement.Taken(null), Judge(DirectorySchema.OpenLdap, 0, "", ""));
        Assert.Equal(
            new BindJudgement.Taken(new PasswordNotice(TimeSpan.FromDays(2), null)),
            BindJudgement.Judge(DirectorySchema.ThreeEightNine, new ServerWord(0, "", null), new AccountFacts(PasswordEnds: Now.AddDays(2)), Now));
    }

    [Theory]
    [InlineData(DirectorySchema.OpenLdap, 19, "Password fails quality checking policy", "3003810106", PasswordRefusal.TooShort)]
    [InlineData(DirectorySchema.OpenLdap, 19, "", "3003810108", PasswordRefusal.UsedBefore)]
    [InlineData(DirectorySchema.OpenLdap, 19, "", "3003810107", PasswordRefusal.TooYoung)]
    [InlineData(DirectorySchema.OpenLdap, 50, "", "3003810103", PasswordRefusal.NotAllowed)]
    [InlineData(DirectorySchema.OpenLdap, 50, "", "", PasswordRefusal.NotAllowed)]
    [InlineData(DirectorySchema.OpenLdap, 19, "", "", PasswordRefusal.Other)]
    [InlineData(DirectorySchema.OpenLdap, 53, "operation restricted", "", PasswordRefusal.ReadOnly)]
    [InlineData(DirectorySchema.OpenLdap, 10, "", "", PasswordRefusal.ReadOnly)]
    [InlineData(DirectorySchema.ThreeEightNine, 19, "Failed to update password\n", "308400000003810105", PasswordRefusal.TooSimple)]
    [InlineData(DirectorySchema.ThreeEightNine, 19, "Failed to update password\n", "", PasswordRefusal.UsedBefore)]
    [InlineData(DirectorySchema.ThreeEightNine, 53, "User is not allowed to change password\n", "308400000003810103", PasswordRefusal.NotAllowed)]
    [InlineData(DirectorySchema.ActiveDirectory, 19, "0000052D: Constraint violation - check_password_restrictions: the password is too short. It should be equal or longer than 7 characters!", "", PasswordRefusal.TooShort)]
    [InlineData(DirectorySchema.ActiveDirectory, 19, "0000052D: Constraint violation - check_password_restrictions: the password does not meet the complexity criteria!", "", PasswordRefusal.TooSimple)]
    [InlineData(DirectorySchema.ActiveDirectory, 19, "0000052D: Constraint violation - check_password_restrictions: the password was already used (in history)!", "", PasswordRefusal.UsedBefore)]
    [InlineData(DirectorySchema.ActiveDirectory, 19, "0000052D: Constraint violation - check_password_restrictions: password is too young to change!", "", PasswordRefusal.TooYoung)]
    [InlineData(DirectorySchema.ActiveDirectory, 19, "0000052D: AtrErr: DSID-03191083, #1:\n\t0: 0000052D: DSID-03191083, problem 1005 (CONSTRAINT_ATT_TYPE), data 0, Att 9005a (unicodePwd)", "", PasswordRefusal.Other)]
    public void A_refused_change_says_why(DirectorySchema schema, int code, string diagnostic, string control, PasswordRefusal why) =>
        Assert.Equal(new ChangeJudgement.Refused(why), Change(schema, code, diagnostic, control));

    [Theory]
    [InlineData(DirectorySchema.OpenLdap, 53, "unwilling to verify old password")]
    [InlineData(DirectorySchema.ThreeEightNine, 49, "Invalid oldPasswd value.\n")]
    [InlineData(DirectorySchema.ActiveDirectory, 19, "00000056: Constraint violation - check_password_restrictions: The old password specified doesn't match!")]
    [InlineData(DirectorySchema.ActiveDirectory, 19, "00000775: Password change not permitted, account locked out!")]
    public void A_wrong_old_password_is_told_apart(DirectorySchema schema, int code, string diagnostic) =>
        Assert.Equal(new ChangeJudgement.WrongOld(), Change(schema, code, diagnostic, ""));

    [Fact]
    public void Whatever_a_server_says_only_a_result_of_zero_is_a_change() =>
        Gen.Select(Gen.Enum<DirectorySchema>(), Gen.Int[0, 120], Gen.String, Gen.Byte.Array[0, 12]).Sample((schema, code, text, control) =>
            Assert.Equal(code == 0, ChangeJudgement.Judge(schema, new ServerWord(code, text, control)) is ChangeJudgement.Changed));

    private static ChangeJudgement Change(DirectorySchema schema, int code, string diagnostic, string control) =>
        ChangeJudgement.Judge(schema, new ServerWord(code, diagnostic, control.Length == 0 ? null : Convert.FromHexString(control)));

    private static BindJudgement Refusal(AccountState? state) => state is { } one ? new BindJudgement.Barred(one) : new BindJudgement.Rejected();

    private static BindJudgement Judge(DirectorySchema schema, int code, string diagnostic, string control) =>
        BindJudgement.Judge(schema, new ServerWord(code, diagnostic, control.Length == 0 ? null : Convert.FromHexString(control)), new AccountFacts(), Now);
}
