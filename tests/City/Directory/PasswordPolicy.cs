using System.Globalization;

namespace VdiBroker.City.Directory;

/// <summary>A password policy of slapd's ppolicy overlay. The one named <c>default</c> is for everybody who has no other.</summary>
/// <param name="Name">Its cn.</param>
public sealed record PasswordPolicy(string Name)
{
    /// <summary>Generous, as the city has it: five wrong passwords lock for five minutes; nothing expires.</summary>
    public static PasswordPolicy Default { get; } = new("default");

    /// <summary>A password lives a day; in its second half its end is announced.</summary>
    public static PasswordPolicy Aging { get; } = new("aging") { MaxAge = TimeSpan.FromDays(1), WarnBefore = TimeSpan.FromHours(12) };

    /// <summary>A password lives a day, then there are two grace logins.</summary>
    public static PasswordPolicy Graceful { get; } = new("graceful") { MaxAge = TimeSpan.FromDays(1), Grace = 2 };

    /// <summary>A password that an administrator gave (<c>pwdReset</c>) must be changed first; without this policy slapd ignores pwdReset.</summary>
    public static PasswordPolicy MustChange { get; } = new("must-change") { FirstChange = true };

    /// <summary>The last three passwords may not come back.</summary>
    public static PasswordPolicy Remembering { get; } = new("remembering") { History = 3 };

    /// <summary>A password may not be changed within a day of the last change.</summary>
    public static PasswordPolicy Slow { get; } = new("slow") { MinAge = TimeSpan.FromDays(1) };

    /// <summary>Nobody changes a password by themselves.</summary>
    public static PasswordPolicy Fixed { get; } = new("fixed") { AllowChange = false };

    /// <summary>All of the above.</summary>
    public static IReadOnlyList<PasswordPolicy> All { get; } = [Default, Aging, Graceful, MustChange, Remembering, Slow, Fixed];

    /// <summary>Wrong passwords until the account is locked.</summary>
    public int MaxFailures { get; init; } = 5;

    /// <summary>How long it is locked then; zero = until an administrator unlocks it.</summary>
    public TimeSpan LockedFor { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a password lives; zero = for ever.</summary>
    public TimeSpan MaxAge { get; init; }

    /// <summary>How long before its end a bind says so; zero = never.</summary>
    public TimeSpan WarnBefore { get; init; }

    /// <summary>How many binds an expired password still has.</summary>
    public int Grace { get; init; }

    /// <summary>True: <c>pwdReset: TRUE</c> counts, and every password that an administrator sets gets it.</summary>
    public bool FirstChange { get; init; }

    /// <summary>Shortest password, in characters.</summary>
    public int MinLength { get; init; } = 8;

    /// <summary>0: not checked, 1: checked where the server can read it, 2: always.</summary>
    public int Quality { get; init; } = 1;

    /// <summary>How many old passwords may not come back.</summary>
    public int History { get; init; }

    /// <summary>Shortest time between two changes.</summary>
    public TimeSpan MinAge { get; init; }

    /// <summary>False: only an administrator changes passwords.</summary>
    public bool AllowChange { get; init; } = true;

    /// <summary>Its DN in a directory.</summary>
    public string Dn(string suffix) => $"cn={Name},ou=policies,{suffix}";

    internal void Write(TextWriter to, string suffix) => Ldif.Entry(to, Dn(suffix), "objectClass: device", "objectClass: pwdPolicy", $"cn: {Name}",
        "pwdAttribute: userPassword", "pwdLockout: TRUE", $"pwdMaxFailure: {MaxFailures}", $"pwdLockoutDuration: {Seconds(LockedFor)}",
        "pwdFailureCountInterval: 300", $"pwdMustChange: {Word(FirstChange)}", $"pwdAllowUserChange: {Word(AllowChange)}", $"pwdMinLength: {MinLength}",
        $"pwdCheckQuality: {Quality}", $"pwdMaxAge: {Seconds(MaxAge)}", $"pwdExpireWarning: {Seconds(WarnBefore)}", $"pwdGraceAuthNLimit: {Grace}",
        $"pwdInHistory: {History}", $"pwdMinAge: {Seconds(MinAge)}");

    private static string Seconds(TimeSpan time) => ((long)time.TotalSeconds).ToString(CultureInfo.InvariantCulture);

    private static string Word(bool yes) => yes ? "TRUE" : "FALSE";
}
