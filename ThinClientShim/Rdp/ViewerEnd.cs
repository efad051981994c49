namespace VdiBroker.Shim.Rdp;

/// <summary>What the exit codes of FreeRDP 2.11 mean to the station.</summary>
internal static class ViewerEnd
{
    // Authentication and logon failure, account locked out; from 148: password expired, must change, account disabled, revoked, wrong password,
    // access denied, account restriction, account expired, logon type not granted. 150 is a domain controller out of reach.
    private static readonly HashSet<int> Refusals = [132, 134, 135, 148, 149, 151, 152, 153, 154, 155, 156, 157, 158, 159];

    /// <summary>The machine refused name or password: said again it would refuse again, and lock the account.</summary>
    public static bool IsLogonRefused(int code) => Refusals.Contains(code);
}
