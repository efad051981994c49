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

    /// <summary>The next line without its end; null at the end of the input. The caller wipes what is secret.</summary>
    public async Task<byte[]?> NextAsync(CancellationToken cancel) =>
        await _lines.Reader.WaitToReadAsync(cancel) && _lines.Reader.TryRead(out var line) ? line : null;

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
