using System.Security.Cryptography;
using System.Threading.Channels;
using Microsoft.Win32.SafeHandles;

namespace VdiBroker.Shim.Terminal;

/// <summary>
/// Lines of a descriptor as bytes, so that a password among them can be wiped. Read on a thread of its own: a read from a terminal cannot be
/// called off.
/// </summary>
internal sealed class Lines
{
    private const int LongestLine = 4096;

    private readonly Channel<byte[]> _lines = Channel.CreateUnbounded<byte[]>();

    private Lines(int descriptor) =>
        new Thread(() => Read(descriptor), maxStackSize: 128 * 1024) { IsBackground = true, Name = "lines" }.Start();

    /// <summary>Starts reading <paramref name="descriptor"/>.</summary>
    public static Lines Of(int descriptor) => new(descriptor);

    /// <summary>The first two lines of <paramref name="descriptor"/>, which is closed: a child must not inherit it. Null for one that is not there.</summary>
    public static (byte[]? First, byte[]? Second) FirstTwoOf(int descriptor)
    {
        using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        using var stream = new FileStream(handle, FileAccess.Read, bufferSize: 0);
        var buffer = new byte[LongestLine];
        var length = 0;
        int got;
        while (length < buffer.Length && (got = stream.Read(buffer, length, buffer.Length - length)) > 0)
        {
            length += got;
            if (buffer.AsSpan(0, length).Count((byte)'\n') >= 2) break;
        }
        var rest = buffer.AsSpan(0, length);
        var lines = (Take(ref rest), Take(ref rest));
        CryptographicOperations.ZeroMemory(buffer);
        return lines;
    }

    /// <summary>The next line without its end; null at the end of the input. The caller wipes what is secret.</summary>
    public async Task<byte[]?> NextAsync(CancellationToken cancel) =>
        await _lines.Reader.WaitToReadAsync(cancel) && _lines.Reader.TryRead(out var line) ? line : null;

    private static byte[]? Take(ref Span<byte> rest)
    {
        if (rest.Length == 0) return null;
        var end = rest.IndexOf((byte)'\n');
        var line = Trimmed(end < 0 ? rest : rest[..end]);
        rest = end < 0 ? [] : rest[(end + 1)..];
        return line;
    }

    private static byte[] Trimmed(ReadOnlySpan<byte> line) => (line.Length > 0 && line[^1] == '\r' ? line[..^1] : line).ToArray();

    private void Read(int descriptor)
    {
        var buffer = new byte[LongestLine];
        var length = 0;
        try
        {
            using var stream = new FileStream(new SafeFileHandle(descriptor, ownsHandle: false), FileAccess.Read, bufferSize: 0);
            int got;
            while ((got = stream.Read(buffer, length, buffer.Length - length)) > 0)
            {
                length += got;
                int end;
                while ((end = Array.IndexOf(buffer, (byte)'\n', 0, length)) >= 0)
                {
                    _lines.Writer.TryWrite(Trimmed(buffer.AsSpan(0, end)));
                    buffer.AsSpan(end + 1, length - end - 1).CopyTo(buffer);
                    length -= end + 1;
                }
                CryptographicOperations.ZeroMemory(buffer.AsSpan(length));
                if (length == buffer.Length) length = 0;
            }
            if (length > 0) _lines.Writer.TryWrite(Trimmed(buffer.AsSpan(0, length)));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            // A terminal that has gone away is the end of the input.
        }
        CryptographicOperations.ZeroMemory(buffer);
        _lines.Writer.TryComplete();
    }
}
