namespace VdiBroker.Protocol;

/// <summary>Names of accounts on session hosts, as broker and agent tell each other.</summary>
public static class AccountNames
{
    /// <summary>
    /// The longest one, in UTF-16 units: as long as a login that a directory is asked for, so that nobody signs in whose desktop no host opens. Linux takes 255 bytes (LOGIN_NAME_MAX); useradd's 32 are for the accounts that it makes
    /// itself.
    /// </summary>
    public const int Longest = 256;

    /// <summary>The longest tenant's word that stands before an account in a person's id, in UTF-16 units: a name as certificates have it.</summary>
    public const int LongestTenant = 63;

    /// <summary>The longest id of a person, <c>tenant/account</c>, in UTF-16 units. What a host does not keep of it, it cannot say again to a store that has forgotten.</summary>
    public const int LongestPerson = LongestTenant + 1 + Longest;
}
