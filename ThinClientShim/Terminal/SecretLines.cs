using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace VdiBroker.Shim.Terminal;

/// <summary>
/// Lines of a descriptor that a program gave for secrets alone, read one by one and only when they are asked for: of what is not asked for
/// nothing is in memory, and a pipe on which nothing more comes holds nobody up.
/// </summary>
internal sealed partial class SecretLines : IDisposable
{
    private const int LongestLine = 4096;
    private const int SetDescriptorFlags = 2;
    private const int CloseOnExec = 1;

    private readonly FileStream _stream;

    /// <param name="descriptor">An open one; it is closed with this, and no child inherits it.</param>
    public SecretLines(int descriptor)
    {
        _ = Control(descriptor, SetDescriptorFlags, CloseOnExec);
        _stream = new FileStream(new SafeFileHandle(descriptor, ownsHandle: true), FileAccess.Read, bufferSize: 0);
    }

    /// <summary>The next line without its end; null at the end. The caller wipes it. Never two at once.</summary>
    /// <param name="cancel">Gives up the wait; the line is lost then.</param>
    public Task<byte[]?> NextAsync(CancellationToken cancel) =>
        // A thread of its own, that keeps no process from ending: a read from a pipe cannot be called off.
        Task.Factory.StartNew(Read, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).WaitAsync(cancel);

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private byte[]? Read()
    {
        var buffer = new byte[LongestLine];
        var length = 0;
        try
        {
            var ended = true;
            // Byte by byte: what is after the line's end stays where it is.
            while (length < buffer.Length && _stream.Read(buffer, length, 1) > 0)
            {
                if (buffer[length] == '\n')
                {
                    ended = false;
                    break;
                }
                length++;
            }
            if (ended && length == 0) return null;
            return buffer.AsSpan(0, length > 0 && buffer[length - 1] == '\r' ? length - 1 : length).ToArray();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            // What cannot be read has no line.
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(int descriptor, int command, int value);
}
