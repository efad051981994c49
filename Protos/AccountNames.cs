namespace VdiBroker.Protocol;

/// <summary>Names of accounts on session hosts, as broker and agent tell each other.</summary>
public static class AccountNames
{
    /// <summary>
    /// The longest one, in UTF-16 units: as long as a login that a directory is asked for, so that nobody signs in whose desktop no host opens. Linux takes 255 bytes (LOGIN_NAME_MAX); useradd's 32 are for the accounts that it makes
    /// itself.
    /// </summary>
    public const int Longest = 256;
}
