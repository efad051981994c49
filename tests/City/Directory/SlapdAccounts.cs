using System.Globalization;
using VdiBroker.City.Processes;

namespace VdiBroker.City.Directory;

/// <summary>
/// What an administrator does to accounts, by LDIF over LDAPS. Some of ppolicy's attributes may be written only with the relax control
/// (pwdChangedTime, pwdFailureTime, pwdGraceUseTime, pwdHistory); it is always sent.
/// </summary>
public sealed class SlapdAccounts(Slapd slapd)
{
    /// <summary>Locks an account until somebody unlocks it.</summary>
    public Task LockAsync(string dn) => ReplaceAsync(dn, "pwdAccountLockedTime", "000001010000Z");

    /// <summary>Unlocks it and forgets wrong passwords.</summary>
    public Task UnlockAsync(string dn) => ChangeAsync($"dn: {dn}\nchangetype: modify\nreplace: pwdAccountLockedTime\n-\nreplace: pwdFailureTime\n");

    /// <summary>Gives a new password, as an administrator.</summary>
    public Task SetPasswordAsync(string dn, string password) => ReplaceAsync(dn, "userPassword", TownspeopleLdif.Ssha(password));

    /// <summary>The password must be changed first; the person's policy must have <see cref="PasswordPolicy.FirstChange"/>, else slapd ignores it.</summary>
    public Task MustChangeAsync(string dn, bool must = true) => ReplaceAsync(dn, "pwdReset", must ? "TRUE" : null);

    /// <summary>Says that the password was changed so long ago: with a policy of short ages it is about to expire, or has.</summary>
    public Task PasswordChangedAsync(string dn, TimeSpan ago) => ReplaceAsync(dn, "pwdChangedTime", Time(-ago));

    /// <summary>Forgets which grace logins were used.</summary>
    public Task ForgetGraceAsync(string dn) => ReplaceAsync(dn, "pwdGraceUseTime", null);

    /// <summary>The account ends then, as seen from now; negative: it has ended; null: never.</summary>
    public Task EndsAsync(string dn, TimeSpan? from) => ReplaceAsync(dn, "pwdEndTime", from is { } time ? Time(time) : null);

    /// <summary>The account begins then, as seen from now; null: at once.</summary>
    public Task BeginsAsync(string dn, TimeSpan? from) => ReplaceAsync(dn, "pwdStartTime", from is { } time ? Time(time) : null);

    /// <summary>Gives another password policy; null: the default.</summary>
    public Task SetPolicyAsync(string dn, PasswordPolicy? policy) => ReplaceAsync(dn, "pwdPolicySubentry", policy?.Dn(slapd.People.Suffix));

    /// <summary>Sets an attribute to one value, or takes it away (null).</summary>
    public Task ReplaceAsync(string dn, string attribute, string? value) =>
        ChangeAsync($"dn: {dn}\nchangetype: modify\nreplace: {attribute}\n{(value is null ? "" : $"{attribute}: {value}\n")}");

    /// <summary>Applies LDIF changes.</summary>
    /// <param name="ldif">As for ldapmodify.</param>
    /// <param name="suffix">Directory whose administrator does it; null: the city's.</param>
    /// <exception cref="InvalidOperationException">The server refused; what it said is in the message.</exception>
    public async Task ChangeAsync(string ldif, string? suffix = null)
    {
        // The tool takes a password from a file only, or from its arguments, which everybody can read.
        var secret = Path.Combine(System.IO.Directory.CreateTempSubdirectory("vdi-admin-").FullName, "admin");
        try
        {
            await File.WriteAllTextAsync(secret, slapd.AdminPassword);
            var answer = await Tool.RunAsync("ldapmodify",
                ["-x", "-H", slapd.LdapsUri, "-D", suffix is null ? slapd.AdminDn : $"cn=admin,{suffix}", "-y", secret, "-e", "relax"], ldif, slapd.ToolEnvironment);
            if (answer.Status != 0) throw new InvalidOperationException($"ldapmodify: result {answer.Status}\n{answer.Error}");
        }
        finally
        {
            System.IO.Directory.Delete(Path.GetDirectoryName(secret)!, recursive: true);
        }
    }

    private static string Time(TimeSpan fromNow) => (DateTimeOffset.UtcNow + fromNow).ToString("yyyyMMddHHmmss'Z'", CultureInfo.InvariantCulture);
}
