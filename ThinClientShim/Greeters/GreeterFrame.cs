using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using VdiBroker.Shim.Words;

namespace VdiBroker.Shim.Greeters;

/// <summary>The greeter's window: city and crest above, the page in the middle, what can be switched below, by key too. No way leads out of it.</summary>
internal sealed class GreeterFrame
{
    private const int LinesOfText = 48;
    private const int LettersAcross = 32;
    private const int LettersBelow = 38;
    private const int SmallestLetters = 14;
    private const int LargestLetters = 48;
    private const int AnyPropertyType = 0;
    private const int LongestNames = 256;
    private const uint TimeToDraw = 20;
    private const uint IdleCheck = 500;
    private const int RevertToPointerRoot = 1;
    private const uint KeyOfSize = Gtk.KeyF1 + 1;
    private const uint KeyOfContrast = Gtk.KeyF1 + 2;
    private const uint KeyOfLanguage = Gtk.KeyF1 + 3;

    private readonly GreeterPlace _place;
    private readonly GreeterForms _forms;
    private readonly Action<GreeterAnswer> _answer;
    private readonly nint _display;
    private readonly nint _keyboard;
    private readonly nint _window;
    private readonly nint _letters;
    private readonly nint _middle;
    private readonly nint _foot;
    private readonly int _width;
    private readonly int _height;
    private nint _shownFoot;
    private nint _card;
    private Look _look = Look.Usual;
    private GreeterPage? _page;
    private Wording? _words;
    private long _touched = Stopwatch.GetTimestamp();

    /// <param name="place">What is the same on every page.</param>
    /// <param name="answer">Told what the person did.</param>
    public GreeterFrame(GreeterPlace place, Action<GreeterAnswer> answer)
    {
        (_place, _answer) = (place, answer);
        _forms = new(answer, Redraw);
        _display = Gtk.gdk_display_get_default();
        _keyboard = Gtk.gdk_seat_get_keyboard(Gtk.gdk_display_get_default_seat(_display));
        Gtk.gdk_monitor_get_geometry(Gtk.g_list_model_get_item(Gtk.gdk_display_get_monitors(_display), 0), out var screen);
        (_width, _height) = (screen.Width, screen.Height);
        _letters = Provider();
        Gtk.gtk_css_provider_load_from_data(Provider(), Style(), -1);
        Letter();

        _window = Widgets.Styled(Gtk.gtk_window_new(), "greeter");
        Gtk.gtk_window_set_decorated(_window, 0);
        Gtk.gtk_window_set_title(_window, place.City.Length > 0 ? place.City : "VdiBroker");
        // Without a window manager nobody makes a window as large as the screen.
        Gtk.gtk_window_set_default_size(_window, screen.Width, screen.Height);
        // Else it is the bare screen's cross.
        Gtk.gtk_widget_set_cursor_from_name(_window, "default");
        _middle = Widgets.Box(Gtk.Vertical);
        var scroll = Widgets.Styled(Gtk.gtk_scrolled_window_new(), "middle");
        Gtk.gtk_scrolled_window_set_policy(scroll, Gtk.ScrollNever, Gtk.ScrollAutomatic);
        Gtk.gtk_scrolled_window_set_child(scroll, _middle);
        Gtk.gtk_widget_set_vexpand(scroll, 1);
        Gtk.gtk_widget_set_valign(_middle, Gtk.Centre);
        Gtk.gtk_widget_set_halign(_middle, Gtk.Centre);
        _foot = Widgets.Box(Gtk.Horizontal);
        Gtk.gtk_window_set_child(_window, Widgets.Box(Gtk.Vertical, Head(), scroll, _foot));
        Widgets.OnKey(_window, Pressed);
        Widgets.Every(IdleCheck, Idle);
        Widgets.On(_keyboard, "notify::caps-lock-state", () => _forms.CapsLock(Gtk.gdk_device_get_caps_lock_state(_keyboard) != 0));
    }

    /// <summary>Shows a page in place of the last. Where it only tells something else, the page stays, with all that is on it.</summary>
    public void Show(GreeterPage page, Wording words) => Show(page, words, _forms.Tell(page));

    private void Show(GreeterPage page, Wording words, bool isTold)
    {
        var first = _page is null;
        (_page, _words, _touched) = (page, words, Stopwatch.GetTimestamp());
        if (!isTold) Build(page, words);
        if (first) Gtk.gtk_window_present(_window);
        if (!isTold) _forms.Focus();
        Widgets.Every(TimeToDraw, () =>
        {
            // A later page waits for it.
            if (page != _page) return false;
            if (!HasFocus()) return true;
            _answer(new GreeterAnswer.Shown(page.Kind));
            return false;
        });
    }

    private void Build(GreeterPage page, Wording words)
    {
        _forms.Carry();
        if (_card != 0) Gtk.gtk_box_remove(_middle, _card);
        Wear(page.Look);
        _card = Widgets.Styled(_forms.Build(page, words), "card");
        Gtk.gtk_box_append(_middle, _card);
        _forms.CapsLock(Gtk.gdk_device_get_caps_lock_state(_keyboard) != 0);
        Foot(words);
    }

    private static string Style()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("greeter.css")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private void Redraw()
    {
        if (_page is { } page && _words is { } words) Show(page with { Look = _look }, words, isTold: false);
    }

    private nint Provider()
    {
        var provider = Gtk.gtk_css_provider_new();
        Gtk.gtk_style_context_add_provider_for_display(_display, provider, Gtk.ApplicationPriority);
        return provider;
    }

    // All else is measured in letters: what fits on a small screen fills a large one.
    private void Letter()
    {
        // However large: the widest page still fits across.
        var pixels = Math.Min(Math.Clamp((double)_height / LinesOfText, SmallestLetters, LargestLetters) * (double)_look.TextSize, (double)_width / LettersAcross);
        // The switches stand side by side, and need more room across.
        var below = Math.Min(pixels, (double)_width / LettersBelow);
        Gtk.gtk_css_provider_load_from_data(_letters, string.Create(CultureInfo.InvariantCulture, $"window.greeter {{ font-size: {pixels:0}px; }} .foot {{ font-size: {below:0}px; }}"), -1);
    }

    private nint Head()
    {
        var head = Widgets.Styled(Widgets.Box(Gtk.Horizontal), "head");
        if (_place.Crest.Length > 0)
        {
            // However large the file's picture is.
            var crest = Widgets.Styled(Gtk.gtk_image_new_from_file(_place.Crest), "crest");
            Gtk.gtk_image_set_pixel_size(crest, _height / 14);
            Gtk.gtk_box_append(head, crest);
        }
        Gtk.gtk_box_append(head, Widgets.Label(_place.City, "city"));
        return head;
    }

    private void Foot(Wording words)
    {
        var foot = Widgets.Styled(Widgets.Box(Gtk.Horizontal), "foot");
        var keyboard = Keyboard();
        var here = Widgets.Label(keyboard.Length > 0 ? words["greeter-here", _place.Station, keyboard] : _place.Station, "here");
        foreach (var one in (nint[])[
            here,
            Widgets.Button(words[_look.TextSize > 1 ? "greeter-normal" : "greeter-large"], "switch", () => Pressing(SwitchSize)),
            Widgets.Button(words[_look.IsHighContrast ? "greeter-colours" : "greeter-contrast"], "switch", () => Pressing(SwitchContrast)),
            Widgets.Button(words["greeter-other-language"], "switch", SwitchLanguage)])
        {
            Gtk.gtk_widget_set_valign(one, Gtk.Centre);
            Gtk.gtk_box_append(foot, one);
        }
        Gtk.gtk_box_append(_foot, foot);
        if (_shownFoot != 0) Gtk.gtk_box_remove(_foot, _shownFoot);
        _shownFoot = foot;
    }

    private bool Pressed(KeyPress key)
    {
        _touched = Stopwatch.GetTimestamp();
        // GTK's own inspector of windows would show passwords and write files.
        if (key is { IsControl: true, IsShift: true }) return true;
        switch (key.Symbol)
        {
            case KeyOfSize when key.IsPlain: SwitchSize(); return true;
            case KeyOfContrast when key.IsPlain: SwitchContrast(); return true;
            case KeyOfLanguage when key.IsPlain: SwitchLanguage(); return true;
            case Gtk.KeyMenu: return true;
            case Gtk.KeyF10 when key.IsShift: return true;
            case Gtk.KeyEscape: return _forms.Back();
            default: return _forms.Pressed(key);
        }
    }

    // Somebody has typed or read here, and has gone: the next person must find nothing of theirs.
    private bool Idle()
    {
        if (Stopwatch.GetElapsedTime(_touched) < _place.Idle || _page is not { Kind: not (PageKind.Wait or PageKind.Code) }) return true;
        _touched = Stopwatch.GetTimestamp();
        if (_page.Kind is PageKind.SignIn or PageKind.Welcome)
        {
            _forms.Leave();
            _answer(new GreeterAnswer.Gone());
        }
        else _ = _forms.Back();
        return true;
    }

    private void SwitchSize() => Choose(_look with { TextSize = _look.TextSize > 1 ? 1 : Look.Large });

    private void SwitchContrast() => Choose(_look with { IsHighContrast = !_look.IsHighContrast });

    // The button that was pressed is another one now.
    private void Pressing(Action pressed)
    {
        pressed();
        _forms.Focus();
    }

    private void Choose(Look look)
    {
        Wear(look);
        if (_words is { } words) Foot(words);
        _answer(new GreeterAnswer.Choice(look));
    }

    private void Wear(Look look)
    {
        if (look == _look) return;
        _look = look;
        Letter();
        if (look.IsHighContrast) Gtk.gtk_widget_add_css_class(_window, "contrast");
        else Gtk.gtk_widget_remove_css_class(_window, "contrast");
    }

    private void SwitchLanguage()
    {
        if (_words is not { } words) return;
        var all = Wording.Languages.ToList();
        _forms.Keep();
        _answer(new GreeterAnswer.Speak(all[(all.IndexOf(words.Language) + 1) % all.Count]));
    }

    // Without a window manager nobody gives the keyboard to a window either; X gives it only to one that it shows already, and a desktop that went took it with it.
    // When this one goes the keyboard is the window's under the pointer, which is the desktop's.
    private bool HasFocus()
    {
        var (display, ours) = (Gtk.gdk_x11_display_get_xdisplay(_display), Gtk.gdk_x11_surface_get_xid(Gtk.gtk_native_get_surface(_window)));
        _ = Gtk.XGetInputFocus(display, out var has, out _);
        if (has == ours) return true;
        Gtk.gdk_x11_display_error_trap_push(_display);
        _ = Gtk.XSetInputFocus(display, ours, RevertToPointerRoot, 0);
        Gtk.gdk_x11_display_error_trap_pop_ignored(_display);
        return false;
    }

    // What setxkbmap wrote: rules, model, layout, variant, options, each ended by a zero.
    private string Keyboard()
    {
        var display = Gtk.gdk_x11_display_get_xdisplay(_display);
        var names = Gtk.XInternAtom(display, "_XKB_RULES_NAMES", 1);
        if (names == 0 || Gtk.XGetWindowProperty(display, Banners.X11.XDefaultRootWindow(display), names, 0, LongestNames, 0, AnyPropertyType, out _, out _, out var length, out _, out var value) != 0 || value == 0) return "";
        var text = Marshal.PtrToStringUTF8(value, (int)length);
        _ = Gtk.XFree(value);
        return text.Split('\0') is [_, _, var layout, ..] ? layout.ToUpperInvariant().Replace(",", ", ", StringComparison.Ordinal) : "";
    }
}
