using System.Text;

namespace VdiBroker.Shim.Configuration;

/// <summary>A file of the station's state folder: for its owner alone, whole or as it was, on the disk when it is said to be. A station is switched off at the wall.</summary>
internal static class StateFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes it. No folder is made: one that is not there is not the station's.</summary>
    /// <exception cref="IOException">It is as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public static void Write(string path, string text)
    {
        var unfinished = path + ".new";
        File.Delete(unfinished);
        using (var file = new FileStream(unfinished, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
        {
            file.Write(Encoding.UTF8.GetBytes(text));
            file.Flush(flushToDisk: true);
        }
        File.Move(unfinished, path, overwrite: true);
    }
}
