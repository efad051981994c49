using VdiBroker.Directory;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Rpc;

namespace VdiBroker.Sessions;

/// <summary>What a station does for a person before they have a sign-in.</summary>
internal sealed record PersonCalls(WelcomeStation Welcome, RecordedSignIn SignIn, ChangeOwnPassword ChangePassword, KeepPreference Prefer, CallForHelp Help);

/// <summary>What a station does with a sign-in.</summary>
internal sealed record SessionCalls(RecordedOpening Open, FollowDoor Follow, HearStation Hear, ExtendSession Extend, CloseSignIn Close);

/// <summary>Which error of the catalogue says what.</summary>
internal static class StationRefusals
{
    /// <summary>Of a sign-in that was none.</summary>
    public static RefusalException Of(SignInOutcome outcome) => new(CodeOf(outcome), retryAfter: (outcome as SignInOutcome.StationPaused)?.Left ?? (outcome as SignInOutcome.ComeBack)?.After, reference: outcome.Reference);

    /// <summary>As above, the number alone.</summary>
    public static ErrorCode CodeOf(SignInOutcome outcome) => outcome switch
    {
        SignInOutcome.Rejected => ErrorCode.SignInRejected,
        SignInOutcome.NoEntitlement => ErrorCode.NoEntitlement,
        SignInOutcome.NoVisitors => ErrorCode.NoVisitorsHere,
        SignInOutcome.LimitedNotHere => ErrorCode.LimitedNotHere,
        SignInOutcome.Barred(var state) => CodeOf(state),
        SignInOutcome.StationPaused => ErrorCode.TooManyTries,
        SignInOutcome.ComeBack => ErrorCode.ComeBack,
        _ => ErrorCode.DirectoryOutOfReach,
    };

    /// <summary>Of a password that has not been changed.</summary>
    public static RefusalException Of(OwnPasswordChange outcome) => outcome switch
    {
        OwnPasswordChange.Rejected => new RefusalException(ErrorCode.SignInRejected),
        OwnPasswordChange.Barred(var state) => new RefusalException(CodeOf(state)),
        OwnPasswordChange.Refused(var reason) => new RefusalException(CodeOf(reason)),
        OwnPasswordChange.StationPaused(var left) => new RefusalException(ErrorCode.TooManyTries, retryAfter: left),
        OwnPasswordChange.OutOfReach(var cause) => new RefusalException(ErrorCode.DirectoryOutOfReach, cause),
        _ => new RefusalException(ErrorCode.Unspecified),
    };

    private static ErrorCode CodeOf(AccountState state) => state switch
    {
        AccountState.MustChange => ErrorCode.PasswordMustChange,
        AccountState.PasswordExpired => ErrorCode.PasswordExpired,
        AccountState.AccountExpired => ErrorCode.AccountExpired,
        AccountState.OutsideHours => ErrorCode.OutsideHours,
        _ => ErrorCode.AccountDisabled,
    };

    private static ErrorCode CodeOf(PasswordRefusal reason) => reason switch
    {
        PasswordRefusal.TooShort => ErrorCode.PasswordTooShort,
        PasswordRefusal.TooSimple => ErrorCode.PasswordTooSimple,
        PasswordRefusal.UsedBefore => ErrorCode.PasswordUsedBefore,
        PasswordRefusal.TooYoung => ErrorCode.PasswordTooYoung,
        PasswordRefusal.NotAllowed => ErrorCode.PasswordChangeNotAllowed,
        PasswordRefusal.ReadOnly => ErrorCode.DirectoryReadOnly,
        _ => ErrorCode.PasswordRefused,
    };
}
