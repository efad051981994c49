using System.Text.RegularExpressions;

namespace VdiBroker.Directory;

/// <summary>What a server's answer to a change of password says.</summary>
public abstract partial record ChangeJudgement
{
    private const int Success = 0;
    private const int ConstraintViolation = 19;
    private const int InvalidCredentials = 49;
    private const int InsufficientAccess = 50;
    private const int Unwilling = 53;
    private const int Referral = 10;

    private ChangeJudgement()
    {
    }

    /// <summary>The new password holds.</summary>
    public sealed record Changed : ChangeJudgement;

    /// <summary>The old password was not taken.</summary>
    public sealed record WrongOld : ChangeJudgement;

    /// <summary>The new one was not taken.</summary>
    public sealed record Refused(PasswordRefusal Reason) : ChangeJudgement;

    /// <summary>The answer is no answer to that.</summary>
    public sealed record NoAnswer : ChangeJudgement;

    /// <summary>Judges an answer to a change of password.</summary>
    /// <param name="schema">The kind of server.</param>
    /// <param name="word">Its answer.</param>
    public static ChangeJudgement Judge(DirectorySchema schema, ServerWord word)
    {
        var policy = PolicyControl.Read(word.Control) ?? PolicyControl.Nothing;
        return word.Code switch
        {
            Success => new Changed(),
            InvalidCredentials => new WrongOld(),
            ConstraintViolation when schema is DirectorySchema.ActiveDirectory && WrongPassword().IsMatch(word.Diagnostic) => new WrongOld(),
            // A replica that sends writers elsewhere, and a database that is read-only for a backup.
            Referral => new Refused(PasswordRefusal.ReadOnly),
            Unwilling when policy.Error is null && schema is not DirectorySchema.ActiveDirectory => new Refused(OfWords(word.Diagnostic, PasswordRefusal.ReadOnly)),
            ConstraintViolation or Unwilling or InsufficientAccess => new Refused(ReasonOf(policy.Error, word)),
            _ => new NoAnswer(),
        };
    }

    private static PasswordRefusal ReasonOf(PolicyError? error, ServerWord word) => error switch
    {
        PolicyError.PasswordTooShort => PasswordRefusal.TooShort,
        PolicyError.InsufficientPasswordQuality => PasswordRefusal.TooSimple,
        PolicyError.PasswordInHistory => PasswordRefusal.UsedBefore,
        PolicyError.PasswordTooYoung => PasswordRefusal.TooYoung,
        PolicyError.PasswordModNotAllowed => PasswordRefusal.NotAllowed,
        _ => OfWords(word.Diagnostic, word.Code == InsufficientAccess ? PasswordRefusal.NotAllowed : PasswordRefusal.Other),
    };

    // Servers that send no control say it in their own words; what is not understood is "other", never a guess at success.
    private static PasswordRefusal OfWords(string diagnostic, PasswordRefusal otherwise)
    {
        bool Says(string words) => diagnostic.Contains(words, StringComparison.OrdinalIgnoreCase);
        if (Says("too short") || Says("minimum length") || Says("at least")) return PasswordRefusal.TooShort;
        if (Says("history")) return PasswordRefusal.UsedBefore;
        if (Says("too young") || Says("too recent") || Says("minimum password age")) return PasswordRefusal.TooYoung;
        if (Says("complexity") || Says("quality") || Says("0000052D") || Says("trivial") || Says("syntax") || Says("dictionary") || Says("palindrome")) return PasswordRefusal.TooSimple;
        if (Says("not allowed to change") || Says("may not change")) return PasswordRefusal.NotAllowed;
        return Says("read-only") || Says("read only") ? PasswordRefusal.ReadOnly : otherwise;
    }

    // "00000056: AtrErr: …": Windows' error 86, invalid password.
    [GeneratedRegex(@"^0*56: ", RegexOptions.CultureInvariant)]
    private static partial Regex WrongPassword();
}
