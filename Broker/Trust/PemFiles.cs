namespace VdiBroker.Trust;

/// <summary>Writes PEM files whole or not at all, with the right mode from the first byte on.</summary>
internal static class PemFiles
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Mode 0600.</summary>
    public static void WriteSecret(string path, string pem) => Write(path, pem, OwnerOnly);

    /// <summary>Mode 0644.</summary>
    public static void WritePublic(string path, string pem) => Write(path, pem, OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead);

    private static void Write(string path, string pem, UnixFileMode mode)
    {
        var unfinished = path + ".new";
        File.Delete(unfinished);
        using (var file = new StreamWriter(unfinished, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = mode }))
        {
            file.Write(pem);
            file.Write('\n');
        }
        File.Move(unfinished, path, overwrite: true);
    }
}
