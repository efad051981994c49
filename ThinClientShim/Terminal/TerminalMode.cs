using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace VdiBroker.Shim.Terminal;

/// <summary>
/// Another manner of the terminal on standard input, until disposed, and no longer than the program: put back also at its end by a fault. Does
/// nothing where the input is no terminal.
/// </summary>
internal sealed partial class TerminalMode : IDisposable
{
    private const int StandardInput = 0;
    private const int Now = 0;
    private const uint Canonical = 0x2;
    private const uint Echo = 0x8;
    private const uint EchoNewLine = 0x40;
    private const int Time = 5;
    private const int Least = 6;

    private readonly Settings _before;
    private bool _changed;

    private TerminalMode(uint without, uint with)
    {
        if (GetMode(StandardInput, out _before) != 0) return;
        var wanted = _before;
        wanted.Local = (wanted.Local & ~without) | with;
        if ((without & Canonical) != 0) (wanted.Characters[Time], wanted.Characters[Least]) = (0, 1);
        _changed = SetMode(StandardInput, Now, in wanted) == 0;
        if (!_changed) return;
        AppDomain.CurrentDomain.ProcessExit += AtTheEnd;
        AppDomain.CurrentDomain.UnhandledException += AtTheEnd;
    }

    /// <summary>True: standard input is a terminal.</summary>
    public static bool HasTerminal => GetMode(StandardInput, out _) == 0;

    /// <summary>What is typed is not shown, but for the end of the line.</summary>
    public static TerminalMode Unseen() => new(Echo, EchoNewLine);

    /// <summary>Each key is read at once, without Enter, and not shown. Ctrl-C and Ctrl-\ stay signals.</summary>
    public static TerminalMode KeyByKey() => new(Echo | Canonical, 0);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_changed) return;
        _changed = false;
        _ = SetMode(StandardInput, Now, in _before);
        AppDomain.CurrentDomain.ProcessExit -= AtTheEnd;
        AppDomain.CurrentDomain.UnhandledException -= AtTheEnd;
    }

    private void AtTheEnd(object? sender, EventArgs end)
    {
        if (_changed) _ = SetMode(StandardInput, Now, in _before);
    }

    [LibraryImport("libc", EntryPoint = "tcgetattr")]
    private static partial int GetMode(int descriptor, out Settings mode);

    [LibraryImport("libc", EntryPoint = "tcsetattr")]
    private static partial int SetMode(int descriptor, int when, in Settings mode);

    /// <summary>struct termios of Linux with glibc.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Settings
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
