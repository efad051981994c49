namespace VdiBroker.Ldap;

/// <summary>The password of the broker's own account, read for each new connection: a password changed in the file is taken up without a restart.</summary>
internal static class BrokerPassword
{
    /// <summary>Changes when the file does; 0 = it is not there.</summary>
    public static long Stamp(LdapServiceOptions options)
    {
        try
        {
            var file = new FileInfo(options.BindPasswordFile ?? "");
            return file.Exists ? HashCode.Combine(file.LastWriteTimeUtc, file.Length) | 1L : 0;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return 0;
        }
    }

    /// <summary>Reads it; a line end at its end does not count.</summary>
    /// <exception cref="DirectoryOutOfReachException">The file cannot be read or holds none.</exception>
    public static string Read(LdapServiceOptions options)
    {
        var file = options.BindPasswordFile ?? "";
        try
        {
            var password = File.ReadAllText(file).TrimEnd('\r', '\n');
            if (password.Length > 0 && !password.Contains('\0', StringComparison.Ordinal)) return password;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new DirectoryOutOfReachException(Outage.OwnAccount, $"bind_password_file of directory {options.Id} cannot be read: {file}", fault);
        }
        throw new DirectoryOutOfReachException(Outage.OwnAccount, $"bind_password_file of directory {options.Id} holds no password: {file}");
    }
}
