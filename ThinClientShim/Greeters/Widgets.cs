using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace VdiBroker.Shim.Greeters;

/// <summary>A key.</summary>
/// <param name="Symbol">Its X keysym: what is on it, with Shift and Caps Lock.</param>
/// <param name="Code">Its X keycode: where it is.</param>
/// <param name="State">X modifiers.</param>
internal readonly record struct KeyPress(uint Symbol, uint Code, int State)
{
    private const int Shift = 1;
    private const int Control = 1 << 2;
    private const int Alt = 1 << 3;
    private const uint Pad = 0xffb0;
    private const uint RowCode = 9;

    /// <summary>With Shift.</summary>
    public bool IsShift => (State & Shift) != 0;

    /// <summary>Without Ctrl or Alt.</summary>
    public bool IsPlain => (State & (Control | Alt)) == 0;

    /// <summary>With Ctrl.</summary>
    public bool IsControl => (State & Control) != 0;

    /// <summary>The letter, small.</summary>
    public char Letter => Symbol is > 0x20 and < 0x7f ? char.ToLowerInvariant((char)Symbol) : '\0';

    /// <summary>1 to 9, of the row (which a French keyboard gives with Shift only) or of the pad; null = another key.</summary>
    public int? Digit => Symbol is > Pad and <= Pad + 9 ? (int)(Symbol - Pad) : Code is > RowCode and <= RowCode + 9 ? (int)(Code - RowCode) : null;
}

/// <summary>
/// Makes widgets, and says who owns them: a widget belongs to the box or window that it is put into, and goes with it; a handler belongs to its widget, and is let go
/// when that goes. Everything happens on the thread of the main loop.
/// </summary>
internal static unsafe class Widgets
{
    /// <summary>A box; children are put into it in order.</summary>
    public static nint Box(int orientation, params ReadOnlySpan<nint> children)
    {
        var box = Gtk.gtk_box_new(orientation, 0);
        foreach (var child in children) Gtk.gtk_box_append(box, child);
        return box;
    }

    /// <summary>Text that wraps, from the left.</summary>
    public static nint Label(string text, string style)
    {
        var label = Gtk.gtk_label_new(text);
        Gtk.gtk_label_set_wrap(label, 1);
        Gtk.gtk_label_set_xalign(label, 0);
        // Else each asks for the width of its whole sentence.
        Gtk.gtk_label_set_max_width_chars(label, 1);
        Gtk.gtk_widget_set_hexpand(label, 1);
        return Styled(label, style);
    }

    /// <summary>A button and what it does.</summary>
    public static nint Button(string text, string style, Action pressed)
    {
        var button = Styled(Gtk.gtk_button_new_with_label(text), style);
        On(button, "clicked", pressed);
        return button;
    }

    /// <summary>A field for one line, with the label that names it above, also to a screen reader.</summary>
    /// <param name="name">Its label.</param>
    /// <param name="secret">Shown as dots, in memory that is not swapped out.</param>
    /// <param name="entry">The field itself.</param>
    public static nint Field(string name, bool secret, out nint entry)
    {
        if (secret)
        {
            var buffer = Gtk.gtk_password_entry_buffer_new();
            entry = Gtk.gtk_entry_new_with_buffer(buffer);
            Gtk.g_object_unref(buffer);
            Gtk.gtk_entry_set_visibility(entry, 0);
            Gtk.gtk_entry_set_input_purpose(entry, Gtk.PurposePassword);
        }
        else
        {
            entry = Gtk.gtk_entry_new();
            Gtk.gtk_entry_set_input_hints(entry, Gtk.HintsOfNames);
        }
        var label = Label(name, "field-name");
        Gtk.gtk_label_set_mnemonic_widget(label, entry);
        return Box(Gtk.Vertical, label, entry);
    }

    /// <summary>Gives a widget a style class.</summary>
    public static nint Styled(nint widget, string style)
    {
        Gtk.gtk_widget_add_css_class(widget, style);
        return widget;
    }

    /// <summary>What stands in a field, as bytes that the caller wipes where they are secret.</summary>
    public static byte[] Bytes(nint entry)
    {
        var text = (byte*)Gtk.gtk_editable_get_text(entry);
        return MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text).ToArray();
    }

    /// <summary>Puts bytes into a field, as they were read from one; the caller wipes them.</summary>
    public static void Put(nint entry, byte[] text)
    {
        Span<byte> ended = stackalloc byte[text.Length + 1];
        text.CopyTo(ended);
        fixed (byte* first = ended) Gtk.gtk_editable_set_text(entry, first);
        CryptographicOperations.ZeroMemory(ended);
    }

    /// <summary>The cursor is in this field.</summary>
    public static bool HasCursor(nint entry) => (Gtk.gtk_widget_get_state_flags(entry) & Gtk.FocusWithin) != 0;

    /// <summary>Calls <paramref name="happened"/> at a signal that brings nothing, or nothing that is wanted.</summary>
    public static void On(nint widget, string signal, Action happened)
    {
        var handler = signal.StartsWith("notify::", StringComparison.Ordinal) ? (nint)(delegate* unmanaged[Cdecl]<nint, nint, nint, void>)&Noticed : (nint)(delegate* unmanaged[Cdecl]<nint, nint, void>)&Happened;
        Connect(widget, signal, handler, happened);
    }

    /// <summary>Calls <paramref name="pressed"/> with each key before any widget has it; true = it was meant for us.</summary>
    public static void OnKey(nint window, Func<KeyPress, bool> pressed)
    {
        var controller = Gtk.gtk_event_controller_key_new();
        Gtk.gtk_event_controller_set_propagation_phase(controller, Gtk.Capture);
        Connect(controller, "key-pressed", (nint)(delegate* unmanaged[Cdecl]<nint, uint, uint, int, nint, int>)&Pressed, pressed);
        Gtk.gtk_widget_add_controller(window, controller);
    }

    /// <summary>Calls <paramref name="ready"/> whenever a descriptor can be read, for as long as the process runs and it says true.</summary>
    public static void OnReadable(int descriptor, Func<bool> ready) =>
        _ = Gtk.g_unix_fd_add(descriptor, Gtk.Readable | Gtk.HungUp, (nint)(delegate* unmanaged[Cdecl]<int, int, nint, int>)&Ready, GCHandle.ToIntPtr(GCHandle.Alloc(ready)));

    /// <summary>Calls <paramref name="due"/> each time so many milliseconds have passed, for as long as it says true.</summary>
    public static void Every(uint milliseconds, Func<bool> due) =>
        _ = Gtk.g_timeout_add(milliseconds, (nint)(delegate* unmanaged[Cdecl]<nint, int>)&Due, GCHandle.ToIntPtr(GCHandle.Alloc(due)));

    private static void Connect(nint instance, string signal, nint handler, object called) =>
        _ = Gtk.g_signal_connect_data(instance, signal, handler, GCHandle.ToIntPtr(GCHandle.Alloc(called)), (nint)(delegate* unmanaged[Cdecl]<nint, nint, void>)&Gone, 0);

    private static T Called<T>(nint data) => (T)GCHandle.FromIntPtr(data).Target!;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Happened(nint widget, nint data) => Called<Action>(data)();

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Noticed(nint widget, nint property, nint data) => Called<Action>(data)();

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Pressed(nint controller, uint key, uint code, int state, nint data) => Called<Func<KeyPress, bool>>(data)(new KeyPress(key, code, state)) ? 1 : 0;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Ready(int descriptor, int condition, nint data) => Called<Func<bool>>(data)() ? 1 : 0;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Due(nint data)
    {
        if (Called<Func<bool>>(data)()) return 1;
        GCHandle.FromIntPtr(data).Free();
        return 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Gone(nint data, nint closure) => GCHandle.FromIntPtr(data).Free();
}
