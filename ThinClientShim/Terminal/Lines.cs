using System.Security.Cryptography;
using System.Threading.Channels;
using Microsoft.Win32.SafeHandles;

namespace VdiBroker.Shim.Terminal;

/// <summary>
/// Lines of a descriptor as bytes, so that a password among them can be wiped; in between, while <see cref="Keys"/> says so, single keys. Read
/// on a thread of its own: a read from a terminal cannot be called off.
/// </summary>
internal sealed class Lines
{
    private const int LongestLine = 4096;
    private const byte Escape = 0x1b;

    private readonly Channel<byte[]> _lines = Channel.CreateUnbounded<byte[]>();
    private readonly Lock _gate = new();
    private readonly byte[] _buffer = new byte[LongestLine];
    private int _length;
    private KeysRead _keys;
    private bool _endFollows;

    private Lines(Func<Stream> open) =>
        new Thread(() => Read(open), maxStackSize: 128 * 1024) { IsBackground = true, Name = "lines" }.Start();

    /// <summary>What acts without the end of a line.</summary>
    public KeysRead Keys
    {
        get => _keys;
        set
        {
            lock (_gate)
            {
                // What was pressed at the desktop is no answer to the next question; a pipe may hold the next person's lines already.
                if (_keys == KeysRead.Each && value == KeysRead.None)
                    while (_lines.Reader.TryRead(out _)) { }
                _keys = value;
                if (_length > 0) Take();
            }
        }
    }

    /// <summary>Starts reading <paramref name="descriptor"/>.</summary>
    public static Lines Of(int descriptor) => new(() => new FileStream(new SafeFileHandle(descriptor, ownsHandle: false), FileAccess.Read, bufferSize: 0));

    /// <summary>Starts reading what another process writes.</summary>
    public static Lines Of(Stream pipe) => new(() => pipe);

    /// <summary>The next line without its end, or key; null at the end of the input. The caller wipes what is secret.</summary>
    public async Task<byte[]?> NextAsync(CancellationToken cancel) =>
        await _lines.Reader.WaitToReadAsync(cancel) && _lines.Reader.TryRead(out var line) ? line : null;

    private static byte[] Trimmed(ReadOnlySpan<byte> line) => (line.Length > 0 && line[^1] == '\r' ? line[..^1] : line).ToArray();

    private void Read(Func<Stream> open)
    {
        var chunk = new byte[LongestLine];
        try
        {
            using var stream = open();
            int got;
            while ((got = stream.Read(chunk, 0, LongestLine - Volatile.Read(ref _length))) > 0)
            {
                lock (_gate)
                {
                    chunk.AsSpan(0, got).CopyTo(_buffer.AsSpan(_length));
                    _length += got;
                    Take();
                }
                CryptographicOperations.ZeroMemory(chunk);
            }
            lock (_gate)
                if (_length > 0) _lines.Writer.TryWrite(Trimmed(_buffer.AsSpan(0, _length)));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            // A terminal that has gone away is the end of the input.
        }
        CryptographicOperations.ZeroMemory(chunk);
        CryptographicOperations.ZeroMemory(_buffer);
        _lines.Writer.TryComplete();
    }

    private void Take()
    {
        if (_keys == KeysRead.Each)
        {
            TakeKeys();
            return;
        }
        int end;
        while ((end = Array.IndexOf(_buffer, (byte)'\n', 0, _length)) >= 0)
        {
            // The Enter after a key that has acted already.
            if (end > 0 || !_endFollows) _lines.Writer.TryWrite(Trimmed(_buffer.AsSpan(0, end)));
            _endFollows = false;
            _buffer.AsSpan(end + 1, _length - end - 1).CopyTo(_buffer);
            _length -= end + 1;
        }
        if (_keys == KeysRead.Lone && _length == 1 && _buffer[0] is (byte)'l' or (byte)'e' or (byte)'n')
        {
            _lines.Writer.TryWrite([_buffer[0]]);
            (_length, _endFollows) = (0, true);
        }
        CryptographicOperations.ZeroMemory(_buffer.AsSpan(_length));
        if (_length == _buffer.Length) _length = 0;
    }

    private void TakeKeys()
    {
        // An arrow or a function key is one escape sequence, read in one piece, and none of ours.
        if (_buffer[0] != Escape)
            foreach (var key in _buffer.AsSpan(0, _length)) _lines.Writer.TryWrite(key is (byte)'\n' or (byte)'\r' ? [] : [key]);
        _length = 0;
        CryptographicOperations.ZeroMemory(_buffer);
    }
}

/// <summary>Which keys act without Enter.</summary>
internal enum KeysRead
{
    /// <summary>None: whole lines.</summary>
    None,

    /// <summary>Whole lines, and one of the keys that end nothing where it stands alone: a pipe, whose writer sends what it likes.</summary>
    Lone,

    /// <summary>Each: a terminal. Enter is an empty line.</summary>
    Each,
}
