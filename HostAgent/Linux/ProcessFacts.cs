using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace VdiBroker.Agent.Linux;

/// <summary>What else <c>/proc/PID</c> tells about a process; null where it has ended.</summary>
internal static class ProcessFacts
{
    /// <summary>Real user id.</summary>
    public static uint? Owner(int id)
    {
        Span<byte> buffer = stackalloc byte[2048];
        var text = ProcFile.Read($"/proc/{id}/status", buffer);
        var at = text.IndexOf("\nUid:\t"u8);
        return at >= 0 && Utf8Parser.TryParse(text[(at + 6)..], out uint owner, out _) ? owner : null;
    }

    /// <summary>True when any of its user ids is this one: real, effective, saved or for files.</summary>
    public static bool IsOf(int id, uint owner)
    {
        Span<byte> buffer = stackalloc byte[2048];
        var text = ProcFile.Read($"/proc/{id}/status", buffer);
        var at = text.IndexOf("\nUid:\t"u8);
        if (at < 0) return false;
        var line = text[(at + 6)..];
        if (line.IndexOf((byte)'\n') is >= 0 and var end) line = line[..end];
        foreach (var part in line.Split((byte)'\t'))
        {
            if (Utf8Parser.TryParse(line[part], out uint one, out _) && one == owner) return true;
        }
        return false;
    }

    /// <summary>File name, without folder, of the program that a process runs: unlike the process's name it is not for the process to choose.</summary>
    public static string? Program(int id)
    {
        // A program that was replaced by a newer package since it was started is shown as deleted.
        const string deleted = " (deleted)";
        return LinkTarget($"/proc/{id}/exe") is { } path ? Path.GetFileName(path.EndsWith(deleted, StringComparison.Ordinal) ? path[..^deleted.Length] : path) : null;
    }

    /// <summary>Inodes of the sockets that a process has open.</summary>
    public static IReadOnlySet<ulong> Sockets(int id)
    {
        const string before = "socket:[";
        var sockets = new HashSet<ulong>();
        try
        {
            foreach (var file in Directory.EnumerateFileSystemEntries($"/proc/{id}/fd"))
            {
                if (LinkTarget(file) is { } target && target.StartsWith(before, StringComparison.Ordinal)
                    && ulong.TryParse(target.AsSpan(before.Length).TrimEnd(']'), NumberStyles.None, CultureInfo.InvariantCulture, out var inode))
                    sockets.Add(inode);
            }
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // It has ended.
        }
        return sockets;
    }

    /// <summary>Arguments, the program first; empty for a process that has ended.</summary>
    public static string[] Arguments(int id)
    {
        Span<byte> buffer = stackalloc byte[4096];
        return Encoding.UTF8.GetString(ProcFile.Read($"/proc/{id}/cmdline", buffer).TrimEnd((byte)0)).Split('\0');
    }

    /// <summary>A variable of the environment that the process was started with.</summary>
    public static string? Variable(int id, string name)
    {
        Span<byte> buffer = stackalloc byte[16384];
        var text = ProcFile.Read($"/proc/{id}/environ", buffer);
        var wanted = Encoding.UTF8.GetBytes(name + "=");
        foreach (var range in text.Split((byte)0))
        {
            if (text[range].StartsWith(wanted)) return Encoding.UTF8.GetString(text[range][wanted.Length..]);
        }
        return null;
    }

    private static string? LinkTarget(string link)
    {
        try
        {
            return new FileInfo(link).LinkTarget;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
