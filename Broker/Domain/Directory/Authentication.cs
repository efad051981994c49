using System.Collections.Immutable;
using VdiBroker.Kernel;

namespace VdiBroker.Directory;

/// <summary>A name and a password to be checked, and where they were typed.</summary>
/// <param name="Login">What the person typed; anything.</param>
/// <param name="Password">Anything; used for one check and for nothing else.</param>
/// <param name="StationTenant">The tenant whose station it is; null = nobody's in particular.</param>
public sealed record AuthenticationRequest(string Login, string Password, TenantId? StationTenant)
{
    /// <summary>
    /// Called, once or more often and from any thread, when this waits for a directory for longer than it takes as a rule, or for the time before which no refusal is answered: what the caller holds that others wait
    /// for is to be given back. So many wait for a directory at once as its own gate lets. Null = nobody wants to know.
    /// </summary>
    public Action? Waits { get; init; }

    /// <summary>Never the name or the password, whoever prints it.</summary>
    public override string ToString() => $"authentication at a station of {StationTenant?.Value ?? "nobody"}";
}

/// <summary>What came of checking a name and a password with the city's directories. One of the five nested cases.</summary>
public abstract record Authentication
{
    private Authentication()
    {
    }

    /// <summary>The directory knows the person and took the password.</summary>
    /// <param name="Person">Who it is, as of this check.</param>
    /// <param name="Notice">What the person should know of their password's age; null = nothing.</param>
    public sealed record Authenticated(DirectoryPerson Person, PasswordNotice? Notice = null) : Authentication;

    /// <summary>
    /// Unknown person, wrong password, locked account, account without a tenant: one case, so that nobody learns which, by its words or by
    /// its time.
    /// </summary>
    /// <param name="Person">Whose entry refused, when the directory knows exactly one such person; never for the station.</param>
    public sealed record Rejected(PersonId? Person = null) : Authentication;

    /// <summary>The password was right and the account may not be used. Told to nobody who did not know the password.</summary>
    /// <param name="Person">Who it is.</param>
    /// <param name="State">Why not.</param>
    public sealed record Barred(PersonId Person, AccountState State) : Authentication;

    /// <summary>The directory could not be asked: says nothing about the person or the password.</summary>
    /// <param name="Cause">For the operator, one sentence that names the server; no DN, name or password in it. Not for screens.</param>
    /// <param name="Down">Tenants none of whose directory's servers could be asked; may be empty.</param>
    public sealed record OutOfReach(string Cause, ImmutableArray<TenantId> Down) : Authentication
    {
        /// <summary>Out of reach, with no tenant known to be without all its servers.</summary>
        public OutOfReach(string cause)
            : this(cause, [])
        {
        }
    }

    /// <summary>As many wait for the directory as may, and nobody else knows the name: says nothing about the person or the password, and no password was tried.</summary>
    /// <param name="After">At least so long before the next try.</param>
    public sealed record Crowded(TimeSpan After) : Authentication;
}

/// <summary>Why an account whose password was right may not be used.</summary>
public enum AccountState
{
    /// <summary>An administrator has set the password: the person must choose their own first.</summary>
    MustChange,

    /// <summary>The password is too old, and no grace is left.</summary>
    PasswordExpired,

    /// <summary>An administrator has switched the account off.</summary>
    Disabled,

    /// <summary>The account's last day has passed.</summary>
    AccountExpired,

    /// <summary>The account may not be used at this hour, or at this place.</summary>
    OutsideHours,
}

/// <summary>What a person who has been let in should know of their password.</summary>
/// <param name="ExpiresIn">How long it still holds; null = not known, or not soon.</param>
/// <param name="GraceLeft">Sign-ins left with a password that has expired; null = it has not.</param>
public sealed record PasswordNotice(TimeSpan? ExpiresIn, int? GraceLeft);

/// <summary>A wish for a new password.</summary>
/// <param name="Login">What the person typed; anything.</param>
/// <param name="OldPassword">The present password; anything.</param>
/// <param name="NewPassword">The wanted one; anything.</param>
/// <param name="StationTenant">The tenant whose station it is; null = nobody's in particular.</param>
public sealed record PasswordChangeRequest(string Login, string OldPassword, string NewPassword, TenantId? StationTenant)
{
    /// <summary>
    /// Called, once or more often and from any thread, when this waits for a directory for longer than it takes as a rule, or for the time before which no refusal is answered: what the caller holds that others wait
    /// for is to be given back. So many wait for a directory at once as its own gate lets. Null = nobody wants to know.
    /// </summary>
    public Action? Waits { get; init; }

    /// <summary>Never the name or a password, whoever prints it.</summary>
    public override string ToString() => $"change of password at a station of {StationTenant?.Value ?? "nobody"}";
}

/// <summary>What came of a wish for a new password. One of the six nested cases.</summary>
public abstract record PasswordChange
{
    private PasswordChange()
    {
    }

    /// <summary>The new password holds from now on.</summary>
    public sealed record Changed(PersonId Person) : PasswordChange;

    /// <summary>As <see cref="Authentication.Rejected"/>: the old password was not taken, or the person is not known.</summary>
    public sealed record Rejected(PersonId? Person = null) : PasswordChange;

    /// <summary>The old password was right, and the account may not change it.</summary>
    public sealed record Barred(PersonId Person, AccountState State) : PasswordChange;

    /// <summary>The old password was right; the new one was not taken.</summary>
    public sealed record Refused(PersonId Person, PasswordRefusal Reason) : PasswordChange;

    /// <summary>As <see cref="Authentication.OutOfReach"/>.</summary>
    public sealed record OutOfReach(string Cause) : PasswordChange;

    /// <summary>As <see cref="Authentication.Crowded"/>.</summary>
    public sealed record Crowded(TimeSpan After) : PasswordChange;
}

/// <summary>Why a new password was not taken.</summary>
public enum PasswordRefusal
{
    /// <summary>It has too few characters.</summary>
    TooShort,

    /// <summary>It is too easy to guess: too few kinds of characters, or a known word.</summary>
    TooSimple,

    /// <summary>It is, or was lately, this person's password.</summary>
    UsedBefore,

    /// <summary>The present password is too new to be changed again.</summary>
    TooYoung,

    /// <summary>This person may not change their password.</summary>
    NotAllowed,

    /// <summary>The directory takes no changes now.</summary>
    ReadOnly,

    /// <summary>The directory gave no reason that is known here.</summary>
    Other,
}

/// <summary>A person as the directory describes them at one sign-in.</summary>
/// <param name="Id">Made of tenant and login.</param>
/// <param name="Tenant">The tenant whose branch holds the person's entry.</param>
/// <param name="Login">The login name as the directory spells it.</param>
/// <param name="DisplayName">First and last name for screens; the login where the directory has none.</param>
/// <param name="Groups">
/// Names of the groups that count for this tenant, each once, in ordinal order; may be empty. Compared by
/// <see cref="GroupNames.Same"/>.
/// </param>
public sealed record DirectoryPerson(PersonId Id, TenantId Tenant, string Login, string DisplayName, ImmutableArray<string> Groups)
{
    /// <summary>The account name on hosts; the login unless the directory says otherwise.</summary>
    public string Account { get; init; } = Login;

    /// <summary>Settings that the directory gives, by their names (<c>keyboard</c>, <c>language</c> …); may be empty.</summary>
    public ImmutableDictionary<string, string> Settings { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>When the password was last set, as the directory writes it: another text means another password. Null = the directory does not say.</summary>
    public string? PasswordSet { get; init; }

    /// <summary>True when one of <see cref="Groups"/> is <paramref name="group"/>.</summary>
    public bool IsIn(string group) => Groups.Any(own => GroupNames.Same(own, group));
}

/// <summary>How names of groups are compared.</summary>
public static class GroupNames
{
    /// <summary>
    /// Directories compare names without regard to case and to the form of accents (caseIgnoreMatch, RFC 4517, 4.2.11), and so do the city
    /// file's rules.
    /// </summary>
    public static bool Same(string left, string right) => string.Equals(TextForms.Compose(left), TextForms.Compose(right), StringComparison.OrdinalIgnoreCase);
}
