using System.Globalization;
using System.Text.RegularExpressions;

namespace VdiBroker.Directory;

/// <summary>The kind of server: how it describes people, groups and the state of an account.</summary>
public enum DirectorySchema
{
    /// <summary>OpenLDAP, and whatever keeps inetOrgPerson or posixAccount; password policy by the ppolicy overlay.</summary>
    OpenLdap,

    /// <summary>Active Directory, Samba's included.</summary>
    ActiveDirectory,

    /// <summary>389 Directory Server and its relatives.</summary>
    ThreeEightNine,
}

/// <summary>What a server answered to a bind or a change of password, as it came.</summary>
/// <param name="Code">LDAP result code (RFC 4511, appendix A).</param>
/// <param name="Diagnostic">Its diagnostic message; may be empty. Never for screens or logs.</param>
/// <param name="Control">Value of the password policy's response control; null = none.</param>
public sealed record ServerWord(int Code, string Diagnostic, byte[]? Control)
{
    /// <summary>The code alone: a diagnostic may name entries.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"LDAP result {Code}");
}

/// <summary>What a person's entry says of the account, read before the bind; all of it may be missing.</summary>
/// <param name="MustChange">OpenLDAP's and 389's pwdReset.</param>
/// <param name="PasswordEnds">389's passwordExpirationTime; null = not known.</param>
public sealed record AccountFacts(bool MustChange = false, DateTimeOffset? PasswordEnds = null);

/// <summary>What a server's answer to a person's bind says of password and account.</summary>
public abstract partial record BindJudgement
{
    private const int Success = 0;
    private const int ConstraintViolation = 19;
    private const int NoSuchObject = 32;
    private const int InvalidDn = 34;
    private const int Inappropriate = 48;
    private const int InvalidCredentials = 49;
    private const int Unwilling = 53;

    private BindJudgement()
    {
    }

    /// <summary>Right password, usable account.</summary>
    public sealed record Taken(PasswordNotice? Notice) : BindJudgement;

    /// <summary>Wrong password, no entry, or an account so locked that the server does not look at the password.</summary>
    public sealed record Rejected : BindJudgement;

    /// <summary>Right password; the account may not be used.</summary>
    public sealed record Barred(AccountState State) : BindJudgement;

    /// <summary>The answer says nothing about the password.</summary>
    public sealed record NoAnswer : BindJudgement;

    /// <summary>Judges a bind.</summary>
    /// <param name="schema">The kind of server.</param>
    /// <param name="word">Its answer.</param>
    /// <param name="facts">What the person's entry says.</param>
    /// <param name="now">The instant of the bind.</param>
    public static BindJudgement Judge(DirectorySchema schema, ServerWord word, AccountFacts facts, DateTimeOffset now)
    {
        var policy = PolicyControl.Read(word.Control) ?? PolicyControl.Nothing;
        return word.Code switch
        {
            // slapd minds pwdReset only with a policy that has pwdMustChange; who set it meant it all the same, and the person can change it here.
            Success when policy.Error is PolicyError.ChangeAfterReset || facts.MustChange => new Barred(AccountState.MustChange),
            Success when policy.Error is PolicyError.PasswordExpired && policy.GraceLeft is null => new Barred(AccountState.PasswordExpired),
            Success => new Taken(NoticeOf(policy, facts, now)),
            InvalidCredentials when schema is DirectorySchema.ActiveDirectory => OfActiveDirectory(word.Diagnostic),
            // OpenLDAP and 389 look at a password's age only after it has matched; a locked account is told before.
            InvalidCredentials when policy.Error is PolicyError.PasswordExpired => new Barred(AccountState.PasswordExpired),
            // 389: locked, or inactive for too long; switched off. Said of a wrong password too.
            ConstraintViolation when schema is DirectorySchema.ThreeEightNine => new Rejected(),
            Unwilling when schema is DirectorySchema.ThreeEightNine && (policy.Error is PolicyError.AccountLocked || word.Diagnostic.Contains("inactivated", StringComparison.OrdinalIgnoreCase)) => new Rejected(),
            InvalidCredentials or NoSuchObject or InvalidDn or Inappropriate => new Rejected(),
            _ => new NoAnswer(),
        };
    }

    private static PasswordNotice? NoticeOf(PolicyControl policy, AccountFacts facts, DateTimeOffset now)
    {
        if (policy.BeforeExpiration is not null || policy.GraceLeft is not null) return new PasswordNotice(policy.BeforeExpiration, policy.GraceLeft);
        // Without the control: the last two weeks of the date that the entry gives.
        return facts.PasswordEnds is { } end && end > now && end - now < TimeSpan.FromDays(14) ? new PasswordNotice(end - now, null) : null;
    }

    // "80090308: LdapErr: DSID-0C090439, comment: AcceptSecurityContext error, data 533, v4563": the number is Windows' own error, in hex.
    private static BindJudgement OfActiveDirectory(string diagnostic) => SubCode().Match(diagnostic).Groups[1].ValueSpan switch
    {
        "530" or "531" => new Barred(AccountState.OutsideHours),
        "533" => new Barred(AccountState.Disabled),
        "701" => new Barred(AccountState.AccountExpired),
        // Set by an administrator, or (532) too old: both can be changed by who knows the old one.
        "773" or "532" => new Barred(AccountState.MustChange),
        // 52e wrong password, 525 nobody, 775 locked (the only one that is said of a wrong password too), and what is not known here
        _ => new Rejected(),
    };

    [GeneratedRegex(@"\bdata (?:0x)?0*([0-9a-fA-F]{3})\b", RegexOptions.CultureInvariant)]
    private static partial Regex SubCode();
}
