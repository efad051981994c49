using System.Runtime.InteropServices;

namespace VdiBroker.Shim.Greeters;

/// <summary>The calls of GTK 4 that the greeter is made with, and nothing else. Loaded only by the process that greets; who owns what is said in <see cref="Widgets"/>.</summary>
internal static partial class Gtk
{
    public const int Horizontal = 0;
    public const int Vertical = 1;
    public const int Centre = 3;
    public const int ScrollNever = 2;
    public const int ScrollAutomatic = 1;
    public const int Capture = 1;
    public const int PurposePassword = 8;
    public const int HintsOfNames = (1 << 1) | (1 << 11);
    public const int ApplicationPriority = 600;
    public const int FocusWithin = 1 << 14;
    public const int Readable = 1;
    public const int HungUp = 16;
    public const uint KeyEscape = 0xff1b;
    public const uint KeyMenu = 0xff67;
    public const uint KeyF1 = 0xffbe;
    public const uint KeyF10 = 0xffc7;

    private const string Library = "libgtk-4.so.1";
    private const string Objects = "libgobject-2.0.so.0";
    private const string Loop = "libglib-2.0.so.0";

    [LibraryImport(Library)]
    public static partial int gtk_init_check();

    [LibraryImport(Library)]
    public static partial nint gtk_window_new();

    [LibraryImport(Library)]
    public static partial void gtk_window_set_child(nint window, nint child);

    [LibraryImport(Library)]
    public static partial void gtk_window_set_decorated(nint window, int decorated);

    [LibraryImport(Library)]
    public static partial void gtk_window_set_default_size(nint window, int width, int height);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void gtk_window_set_title(nint window, string title);

    [LibraryImport(Library)]
    public static partial void gtk_window_present(nint window);

    [LibraryImport(Library)]
    public static partial nint gtk_box_new(int orientation, int spacing);

    [LibraryImport(Library)]
    public static partial void gtk_box_append(nint box, nint child);

    [LibraryImport(Library)]
    public static partial void gtk_box_remove(nint box, nint child);

    [LibraryImport(Library)]
    public static partial nint gtk_scrolled_window_new();

    [LibraryImport(Library)]
    public static partial void gtk_scrolled_window_set_child(nint scrolled, nint child);

    [LibraryImport(Library)]
    public static partial void gtk_scrolled_window_set_policy(nint scrolled, int across, int down);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint gtk_label_new(string text);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void gtk_label_set_text(nint label, string text);

    [LibraryImport(Library)]
    public static partial void gtk_label_set_wrap(nint label, int wrap);

    [LibraryImport(Library)]
    public static partial void gtk_label_set_xalign(nint label, float xalign);

    [LibraryImport(Library)]
    public static partial void gtk_label_set_max_width_chars(nint label, int characters);

    [LibraryImport(Library)]
    public static partial void gtk_label_set_mnemonic_widget(nint label, nint named);

    [LibraryImport(Library)]
    public static partial nint gtk_entry_new();

    [LibraryImport(Library)]
    public static partial nint gtk_password_entry_buffer_new();

    [LibraryImport(Library)]
    public static partial nint gtk_entry_new_with_buffer(nint buffer);

    [LibraryImport(Library)]
    public static partial void gtk_entry_set_visibility(nint entry, int visible);

    [LibraryImport(Library)]
    public static partial void gtk_entry_set_max_length(nint entry, int characters);

    [LibraryImport(Library)]
    public static partial void gtk_entry_set_input_purpose(nint entry, int purpose);

    [LibraryImport(Library)]
    public static partial void gtk_entry_set_input_hints(nint entry, int hints);

    [LibraryImport(Library)]
    public static partial nint gtk_editable_get_text(nint editable);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void gtk_editable_set_text(nint editable, string text);

    [LibraryImport(Library)]
    public static unsafe partial void gtk_editable_set_text(nint editable, byte* text);

    [LibraryImport(Library)]
    public static partial int gtk_entry_grab_focus_without_selecting(nint entry);

    [LibraryImport(Library)]
    public static partial void gtk_editable_set_position(nint editable, int position);

    [LibraryImport(Library)]
    public static partial int gtk_widget_get_state_flags(nint widget);

    [LibraryImport(Library)]
    public static partial void gtk_editable_set_editable(nint editable, int isEditable);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint gtk_button_new_with_label(string label);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint gtk_check_button_new_with_label(string label);

    [LibraryImport(Library)]
    public static partial int gtk_check_button_get_active(nint button);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint gtk_image_new_from_file(string file);

    [LibraryImport(Library)]
    public static partial void gtk_image_set_pixel_size(nint image, int pixels);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void gtk_widget_add_css_class(nint widget, string name);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void gtk_widget_remove_css_class(nint widget, string name);

    [LibraryImport(Library)]
    public static partial void gtk_widget_set_halign(nint widget, int align);

    [LibraryImport(Library)]
    public static partial void gtk_widget_set_valign(nint widget, int align);

    [LibraryImport(Library)]
    public static partial void gtk_widget_set_hexpand(nint widget, int expand);

    [LibraryImport(Library)]
    public static partial void gtk_widget_set_vexpand(nint widget, int expand);

    [LibraryImport(Library)]
    public static partial void gtk_widget_set_visible(nint widget, int visible);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void gtk_widget_set_cursor_from_name(nint widget, string name);

    [LibraryImport(Library)]
    public static partial int gtk_widget_grab_focus(nint widget);

    [LibraryImport(Library)]
    public static partial void gtk_widget_add_controller(nint widget, nint controller);

    [LibraryImport(Library)]
    public static partial nint gtk_event_controller_key_new();

    [LibraryImport(Library)]
    public static partial void gtk_event_controller_set_propagation_phase(nint controller, int phase);

    [LibraryImport(Library)]
    public static partial nint gtk_css_provider_new();

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void gtk_css_provider_load_from_data(nint provider, string css, nint length);

    [LibraryImport(Library)]
    public static partial void gtk_style_context_add_provider_for_display(nint display, nint provider, uint priority);

    [LibraryImport(Library)]
    public static partial nint gtk_native_get_surface(nint native);

    [LibraryImport(Library)]
    public static partial nint gdk_display_get_default();

    [LibraryImport(Library)]
    public static partial nint gdk_display_get_monitors(nint display);

    [LibraryImport(Library)]
    public static partial void gdk_monitor_get_geometry(nint monitor, out Rectangle geometry);

    [LibraryImport(Library)]
    public static partial nint gdk_display_get_default_seat(nint display);

    [LibraryImport(Library)]
    public static partial nint gdk_seat_get_keyboard(nint seat);

    [LibraryImport(Library)]
    public static partial int gdk_device_get_caps_lock_state(nint device);

    [LibraryImport(Library)]
    public static partial nint gdk_x11_display_get_xdisplay(nint display);

    [LibraryImport(Library)]
    public static partial nuint gdk_x11_surface_get_xid(nint surface);

    [LibraryImport(Library)]
    public static partial void gdk_x11_display_error_trap_push(nint display);

    [LibraryImport(Library)]
    public static partial void gdk_x11_display_error_trap_pop_ignored(nint display);

    [LibraryImport("libgio-2.0.so.0")]
    public static partial nint g_list_model_get_item(nint list, uint position);

    [LibraryImport(Objects, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nuint g_signal_connect_data(nint instance, string signal, nint handler, nint data, nint destroyed, int flags);

    [LibraryImport(Objects)]
    public static partial void g_object_unref(nint instance);

    [LibraryImport(Loop)]
    public static partial nint g_main_loop_new(nint context, int running);

    [LibraryImport(Loop)]
    public static partial void g_main_loop_run(nint loop);

    [LibraryImport(Loop)]
    public static partial void g_main_loop_quit(nint loop);

    [LibraryImport(Loop)]
    public static partial uint g_unix_fd_add(int descriptor, int condition, nint handler, nint data);

    [LibraryImport(Loop)]
    public static partial uint g_timeout_add(uint milliseconds, nint handler, nint data);

    [LibraryImport("libX11.so.6")]
    public static partial int XSetInputFocus(nint display, nuint window, int revert, nuint time);

    [LibraryImport("libX11.so.6")]
    public static partial int XGetInputFocus(nint display, out nuint window, out int revert);

    [LibraryImport("libX11.so.6", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nuint XInternAtom(nint display, string name, int onlyIfExists);

    [LibraryImport("libX11.so.6")]
    public static partial int XGetWindowProperty(
        nint display, nint window, nuint property, nint offset, nint length, int delete, nuint type, out nuint actual, out int format, out nuint items, out nuint after, out nint value);

    [LibraryImport("libX11.so.6")]
    public static partial int XFree(nint value);

    /// <summary>GdkRectangle.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Rectangle
    {
        public int X;
        public int Y;
        public int Width;
        public int Height;
    }
}
