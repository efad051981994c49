using System.Runtime.InteropServices;

namespace VdiBroker.Shim.Banners;

/// <summary>How long nobody has touched keyboard or mouse of this X screen: the server's own counter (IDLETIME, of the Synchronization extension).</summary>
internal sealed partial class IdleClock
{
    private const string Xext = "libXext.so.6";
    private const string Name = "IDLETIME";

    private readonly nint _display;
    private readonly nuint _counter;

    private IdleClock(nint display, nuint counter) => (_display, _counter) = (display, counter);

    /// <summary>The time now.</summary>
    public TimeSpan Now => Query(_display, _counter, out var value) == 0 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(value.High * (double)(1L << 32) + value.Low);

    /// <summary>The screen's; null: its server keeps none.</summary>
    /// <param name="display">An open one.</param>
    public static unsafe IdleClock? Of(nint display)
    {
        if (QueryExtension(display, out _, out _) == 0 || Initialize(display, out _, out _) == 0) return null;
        var listed = ListCounters(display, out var count);
        try
        {
            var counters = new ReadOnlySpan<Counter>((void*)listed, listed == 0 ? 0 : count);
            foreach (var one in counters)
                if (Marshal.PtrToStringUTF8(one.Name) == Name) return new(display, one.Id);
            return null;
        }
        finally
        {
            if (listed != 0) FreeCounters(listed);
        }
    }

    [LibraryImport(Xext, EntryPoint = "XSyncQueryExtension")]
    private static partial int QueryExtension(nint display, out int firstEvent, out int firstError);

    [LibraryImport(Xext, EntryPoint = "XSyncInitialize")]
    private static partial int Initialize(nint display, out int major, out int minor);

    [LibraryImport(Xext, EntryPoint = "XSyncListSystemCounters")]
    private static partial nint ListCounters(nint display, out int count);

    [LibraryImport(Xext, EntryPoint = "XSyncFreeSystemCounterList")]
    private static partial void FreeCounters(nint counters);

    [LibraryImport(Xext, EntryPoint = "XSyncQueryCounter")]
    private static partial int Query(nint display, nuint counter, out Value value);

    /// <summary>XSyncValue.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Value
    {
        public int High;
        public uint Low;
    }

    /// <summary>XSyncSystemCounter.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Counter
    {
        public nint Name;
        public nuint Id;
        public Value Resolution;
    }
}
