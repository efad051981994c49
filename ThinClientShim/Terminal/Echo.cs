using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace VdiBroker.Shim.Terminal;

/// <summary>Keeps the terminal from showing what is typed, until disposed. Does nothing where the input is no terminal.</summary>
internal sealed partial class Echo : IDisposable
{
    private const int StandardInput = 0;
    private const int Now = 0;
    private const uint EchoFlag = 0x8;
    private const uint EchoNewLineFlag = 0x40;

    private readonly TerminalMode _before;
    private readonly bool _changed;

    private Echo()
    {
        if (GetMode(StandardInput, out _before) != 0) return;
        var silent = _before;
        silent.Local = (silent.Local & ~EchoFlag) | EchoNewLineFlag;
        _changed = SetMode(StandardInput, Now, in silent) == 0;
    }

    /// <summary>Silences the terminal.</summary>
    public static Echo Off() => new();

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_changed) _ = SetMode(StandardInput, Now, in _before);
    }

    [LibraryImport("libc", EntryPoint = "tcgetattr")]
    private static partial int GetMode(int descriptor, out TerminalMode mode);

    [LibraryImport("libc", EntryPoint = "tcsetattr")]
    private static partial int SetMode(int descriptor, int when, in TerminalMode mode);

    /// <summary>struct termios of Linux with glibc.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct TerminalMode
    {
        public uint Input;
        public uint Output;
        public uint Control;
        public uint Local;
        public byte Discipline;
        public ControlCharacters Characters;
        public uint InputSpeed;
        public uint OutputSpeed;
    }

    [InlineArray(32)]
    private struct ControlCharacters
    {
        private byte _first;
    }
}
