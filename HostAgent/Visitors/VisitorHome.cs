using VdiBroker.Agent.Linux;

namespace VdiBroker.Agent.Visitors;

/// <summary>The home of a visitor: the host's skeleton, theirs alone.</summary>
internal static class VisitorHome
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const string Skeleton = "/etc/skel";

    /// <summary>Makes it.</summary>
    /// <param name="path">Must not be there.</param>
    /// <param name="owner">User and group id.</param>
    /// <exception cref="IOException">It is there, or cannot be made.</exception>
    public static void Make(string path, uint owner)
    {
        if (Path.Exists(path)) throw new IOException($"{path} is there already");
        Directory.CreateDirectory(path, OwnerOnly);
        if (Directory.Exists(Skeleton)) Copy(Skeleton, path, owner);
        // Last: until now it was root's, and nobody could put anything in the way.
        Libc.ChangeOwner(path, owner);
    }

    private static void Copy(string from, string to, uint owner)
    {
        foreach (var entry in new DirectoryInfo(from).EnumerateFileSystemInfos())
        {
            var target = Path.Combine(to, entry.Name);
            if (entry.LinkTarget is { } link) File.CreateSymbolicLink(target, link);
            else if (entry is DirectoryInfo)
            {
                Directory.CreateDirectory(target, OwnerOnly);
                Copy(entry.FullName, target, owner);
            }
            else File.Copy(entry.FullName, target);
            Libc.ChangeOwner(target, owner);
        }
    }
}
