using System.Collections.Immutable;
using VdiBroker.Kernel;

namespace VdiBroker.Directory;

/// <summary>What came of checking a name and a password with the city's directories. One of the three nested cases.</summary>
public abstract record Authentication
{
    private Authentication()
    {
    }

    /// <summary>The directory knows the person and took the password.</summary>
    /// <param name="Person">Who it is, as of this check.</param>
    public sealed record Authenticated(DirectoryPerson Person) : Authentication;

    /// <summary>
    /// Unknown person, wrong password, locked account, account without a tenant: one case, so that nobody learns which, by its words or by
    /// its time.
    /// </summary>
    public sealed record Rejected : Authentication;

    /// <summary>The directory could not be asked: says nothing about the person or the password.</summary>
    /// <param name="Cause">For the operator, one sentence that names the server; no DN, name or password in it. Not for screens.</param>
    public sealed record OutOfReach(string Cause) : Authentication;
}

/// <summary>A person as the directory describes them at one sign-in.</summary>
/// <param name="Id">Made of tenant and login.</param>
/// <param name="Tenant">The tenant whose branch holds the person's entry.</param>
/// <param name="Login">The login name as the directory spells it; the account name on hosts.</param>
/// <param name="DisplayName">First and last name for screens; the login where the directory has none.</param>
/// <param name="Groups">
/// Names of the groups that count for this tenant, each once, in ordinal order; may be empty. Compared by
/// <see cref="GroupNames.Same"/>.
/// </param>
public sealed record DirectoryPerson(PersonId Id, TenantId Tenant, string Login, string DisplayName, ImmutableArray<string> Groups)
{
    /// <summary>True when one of <see cref="Groups"/> is <paramref name="group"/>.</summary>
    public bool IsIn(string group) => Groups.Any(own => GroupNames.Same(own, group));
}

/// <summary>How names of groups are compared.</summary>
public static class GroupNames
{
    /// <summary>Directories compare names without regard to case (caseIgnoreMatch, RFC 4517, 4.2.11), and so do the city file's rules.</summary>
    public static bool Same(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);
}
