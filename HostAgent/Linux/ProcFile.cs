using Microsoft.Win32.SafeHandles;

namespace VdiBroker.Agent.Linux;

/// <summary>Reads the kernel's small text files, which say length 0 and come in pieces.</summary>
internal static class ProcFile
{
    private const int NoSuchProcess = 3;

    /// <summary>Reads at most <paramref name="into"/> of a file.</summary>
    /// <returns>The part that was read; empty when the file is gone (a process that ended between two looks) or private.</returns>
    /// <exception cref="IOException">Anything else: a process that could not be read must not be taken for one that ended.</exception>
    public static ReadOnlySpan<byte> Read(string path, Span<byte> into)
    {
        try
        {
            using var file = Open(path);
            return into[..Fill(file, into)];
        }
        catch (IOException gone) when (gone is FileNotFoundException or DirectoryNotFoundException || gone.HResult == NoSuchProcess)
        {
            return default;
        }
        catch (UnauthorizedAccessException)
        {
            return default;
        }
    }

    /// <summary>Reads a whole file into a buffer that grows as needed and is kept for the next time.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static ReadOnlySpan<byte> ReadWhole(string path, ref byte[] buffer)
    {
        using var file = Open(path);
        var length = Fill(file, buffer);
        while (length == buffer.Length)
        {
            Array.Resize(ref buffer, buffer.Length * 2);
            length = Fill(file, buffer);
        }
        return buffer.AsSpan(0, length);
    }

    // FileShare.ReadWrite: anything less makes .NET take a lock on the file.
    private static SafeFileHandle Open(string path) =>
        File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    private static int Fill(SafeFileHandle file, Span<byte> into)
    {
        var length = 0;
        while (length < into.Length)
        {
            var read = RandomAccess.Read(file, into[length..], length);
            if (read == 0) break;
            length += read;
        }
        return length;
    }
}
