using System.Globalization;
using System.Runtime.InteropServices;

namespace VdiBroker.Shim.Rdp;

/// <summary>
/// The home directory of one FreeRDP: its own, empty, for the owner only. A shim that is killed leaves it; its name says which one made it,
/// so that the next one can take it away.
/// </summary>
internal sealed partial class ViewerHome
{
    private const string Prefix = "vdi-shim-";

    /// <summary>Where it is.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory($"{Prefix}{Environment.ProcessId}-").FullName;

    /// <summary>Removes what shims of this account that run no more have left. Others' directories are not ours to touch, whatever their name says.</summary>
    public static void RemoveLeftovers()
    {
        try
        {
            foreach (var folder in Directory.GetDirectories(Path.GetTempPath(), Prefix + "*"))
                if (MakerOf(Path.GetFileName(folder)) is { } pid && !Directory.Exists($"/proc/{pid}") && IsOurs(folder)) Remove(folder);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Leftovers harm nobody so much that a person should not get their desktop.
        }
    }

    /// <summary>Removes it with all that is in it.</summary>
    public void Remove() => Remove(Folder);

    private static void Remove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // A child of FreeRDP may still be writing or have shut a directory; it is in the temporary one, and the next shim tries again.
        }
    }

    private static int? MakerOf(string name) =>
        name[Prefix.Length..].Split('-') is [var pid, _] && int.TryParse(pid, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static bool IsOurs(string folder) =>
        Stat(CurrentFolder, folder, DoNotFollow, WantType | WantOwner, out var stat) == 0 && (stat.Mode & TypeMask) == TypeDirectory && stat.Owner == EffectiveUser();

    private const int CurrentFolder = -100;
    private const int DoNotFollow = 0x100;
    private const uint WantType = 0x1;
    private const uint WantOwner = 0x8;
    private const int TypeMask = 0xF000;
    private const int TypeDirectory = 0x4000;

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Stat(int from, string path, int flags, uint wanted, out FileStat stat);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();

    /// <summary>struct statx of Linux, the same on every processor.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct FileStat
    {
        [FieldOffset(20)]
        public uint Owner;

        [FieldOffset(28)]
        public ushort Mode;
    }
}
