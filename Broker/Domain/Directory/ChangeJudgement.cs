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
            // slapd's way; not an outage, and not a read-only database, which has the same code
            Unwilling when Says(word, "verify old password") => new WrongOld(),
            ConstraintViolation when schema is DirectorySchema.ActiveDirectory && WindowsError().Match(word.Diagnostic).Groups[1].Value is "56" or "775" => new WrongOld(),
            // A replica that sends writers elsewhere.
            Referral => new Refused(PasswordRefusal.ReadOnly),
            ConstraintViolation or Unwilling or InsufficientAccess => new Refused(ReasonOf(schema, policy.Error, word)),
            _ => new NoAnswer(),
        };
    }

    private static PasswordRefusal ReasonOf(DirectorySchema schema, PolicyError? error, ServerWord word) => error switch
    {
        PolicyError.PasswordTooShort => PasswordRefusal.TooShort,
        PolicyError.InsufficientPasswordQuality => PasswordRefusal.TooSimple,
        PolicyError.PasswordInHistory => PasswordRefusal.UsedBefore,
        PolicyError.PasswordTooYoung => PasswordRefusal.TooYoung,
        PolicyError.PasswordModNotAllowed => PasswordRefusal.NotAllowed,
        // 389 names its reason for all but one refusal: of the present password (measured, 2.3.1).
        null when schema is DirectorySchema.ThreeEightNine && word.Code == ConstraintViolation => PasswordRefusal.UsedBefore,
        _ => OfWords(word),
    };

    // Servers that send no control say it in their own words; what is not understood is "other", never a guess.
    private static PasswordRefusal OfWords(ServerWord word)
    {
        if (Says(word, "too short") || Says(word, "at least") || Says(word, "value is empty")) return PasswordRefusal.TooShort;
        if (Says(word, "history") || Says(word, "already used")) return PasswordRefusal.UsedBefore;
        if (Says(word, "too young") || Says(word, "too recent")) return PasswordRefusal.TooYoung;
        if (Says(word, "complexity") || Says(word, "quality") || Says(word, "trivial") || Says(word, "syntax")) return PasswordRefusal.TooSimple;
        if (Says(word, "not allowed to change") || word.Code == InsufficientAccess) return PasswordRefusal.NotAllowed;
        return word.Code == Unwilling ? PasswordRefusal.ReadOnly : PasswordRefusal.Other;
    }

    private static bool Says(ServerWord word, string words) => word.Diagnostic.Contains(words, StringComparison.OrdinalIgnoreCase);

    // "00000056: …", "0000052D: …": Windows' own error in eight hex digits, before any words.
    [GeneratedRegex(@"^0*([0-9A-Fa-f]+): ", RegexOptions.CultureInvariant)]
    private static partial Regex WindowsError();
}
