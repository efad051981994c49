using System.Diagnostics;
using System.Security.Cryptography;
using VdiBroker.Shim.Words;

namespace VdiBroker.Shim.Greeters;

/// <summary>What stands in the middle of the greeter, for each kind of page. All of it works by keyboard: Tab and arrows go on, Enter accepts, Escape goes back.</summary>
/// <param name="answer">Told what the person did.</param>
/// <param name="redraw">Shows the page once more, after something that it depends on has changed.</param>
internal sealed class GreeterForms(Action<GreeterAnswer> answer, Action redraw)
{
    private const int LongestLogin = 256;
    private const int LongestPassword = 1024;
    private const char LeaveKey = 'l';

    /// <summary>Key of the button by which somebody else signs in at a locked station.</summary>
    public const char NotMe = 'o';

    /// <summary>Key of the button by which a visit begins.</summary>
    public const char Begin = 'g';

    private static readonly TimeSpan _unmeant = TimeSpan.FromSeconds(2);
    private readonly long _began = Stopwatch.GetTimestamp();

    private Wording _words = null!;
    private GreeterPage _page = null!;
    private nint _name;
    private nint _password;
    private nint _again;
    private nint _hint;
    private nint _caps;
    private nint _first;
    private nint _notices;
    private nint _told;
    private bool _isLeft;
    private bool _changing;
    private string _kept = "";
    private byte[] _keptPassword = [];
    private bool _atName;
    private bool _wasChanging;
    private bool _keep;

    /// <summary>The page's widgets, in a box.</summary>
    public nint Build(GreeterPage page, Wording words)
    {
        if (!_keep) _changing = false;
        (_page, _words, _keep, _isLeft) = (page, words, false, false);
        (_name, _password, _again, _hint, _caps, _first, _notices) = (0, 0, 0, 0, 0, 0, 0);
        if (page.Kind == PageKind.Wait) return GreeterSheets.Wait(page, answer);
        _notices = Widgets.Box(Gtk.Vertical, _told = GreeterSheets.Told(page));
        return page.Kind switch
        {
            PageKind.SignIn => SignIn(),
            PageKind.NewPassword => NewPassword(),
            PageKind.Choose => GreeterSheets.Choose(page, words, _notices, answer, out _first),
            PageKind.Welcome => GreeterSheets.Welcome(page, words, _notices, Start, out _first),
            _ => GreeterSheets.Code(page, words, _notices),
        };
    }

    /// <summary>Says other sentences on the page that is there. What is typed on it stays, and where: the person may be typing, without looking up.</summary>
    /// <returns>False: it is another page, and must be built.</returns>
    public bool Tell(GreeterPage page)
    {
        if (_notices == 0 || _isLeft || !page.AsksTheSameAs(_page)) return false;
        Gtk.gtk_box_remove(_notices, _told);
        Gtk.gtk_box_append(_notices, _told = GreeterSheets.Told(page));
        _page = page;
        return true;
    }

    /// <summary>Whoever typed here has gone: the next page is built anew whatever it is, and nothing of theirs waits for it.</summary>
    public void Leave()
    {
        (_isLeft, _keep) = (true, false);
        foreach (var entry in (nint[])[_name, _password, _again])
            if (entry != 0) Clear(entry);
    }

    /// <summary>What was typed stays over the next page: it is the same one in another language.</summary>
    public void Keep() => _keep = true;

    /// <summary>The page goes. What is to stay is taken now, not when that was decided: the person may have gone on typing.</summary>
    public void Carry()
    {
        CryptographicOperations.ZeroMemory(_keptPassword);
        var kept = _keep && _name != 0;
        (_kept, _keptPassword, _atName) = kept ? (Text(_name), _changing == _wasChanging ? Widgets.Bytes(_password) : [], Widgets.HasCursor(_name)) : ("", [], false);
    }

    /// <summary>Puts the cursor where the person goes on.</summary>
    public void Focus()
    {
        if (_first == 0) return;
        if (_first != _name && _first != _password) GoTo(_first);
        else
        {
            _ = Gtk.gtk_entry_grab_focus_without_selecting(_first);
            Gtk.gtk_editable_set_position(_first, -1);
        }
    }

    /// <summary>Says so where a password is typed.</summary>
    public void CapsLock(bool on)
    {
        if (_caps != 0) Gtk.gtk_widget_set_visible(_caps, on ? 1 : 0);
    }

    /// <summary>Escape. True: it did something.</summary>
    public bool Back()
    {
        switch (_page)
        {
            case { Kind: PageKind.SignIn } when _changing: Switch(false); return true;
            case { Kind: PageKind.SignIn }: return Empty();
            case { Kind: PageKind.Choose }: answer(new GreeterAnswer.Choose(null)); return true;
            case { Kind: PageKind.NewPassword }: answer(new GreeterAnswer.New([])); return true;
            case { Kind: PageKind.Wait }: return GiveUp();
            default: return false;
        }
    }

    /// <summary>Another key. True: it was meant for the page.</summary>
    public bool Pressed(KeyPress key)
    {
        switch (_page)
        {
            // What ends programs or gives them up has no key at all.
            case { Kind: PageKind.Wait } when key is { Letter: LeaveKey, IsControl: false }:
                return GiveUp();
            case { Kind: PageKind.Choose } when key.Digit is { } digit && digit <= _page.Desktops.Count:
                answer(new GreeterAnswer.Choose(digit - 1));
                return true;
            default:
                return false;
        }
    }

    // Whoever was writing at a desktop that has just gone from the screen does not mean this page.
    private bool IsMeant => Stopwatch.GetElapsedTime(_began) > _unmeant;

    private void Start()
    {
        if (_page.Sentences.Count == 0 || IsMeant) answer(new GreeterAnswer.Press(Begin));
    }

    private bool GiveUp()
    {
        if (!IsMeant || _page.Buttons.All(one => one.Key != LeaveKey)) return false;
        answer(new GreeterAnswer.Press(LeaveKey));
        return true;
    }

    private static string Text(nint entry) => System.Text.Encoding.UTF8.GetString(Widgets.Bytes(entry));

    private nint SignIn()
    {
        var form = Widgets.Box(Gtk.Vertical);
        var isLocked = _page.LockedFor.Length > 0;
        Add(form, Widgets.Label(isLocked ? _words["greeter-locked", _page.LockedFor] : _words[_changing ? "greeter-change-title" : "greeter-title"], "title"));
        if (isLocked) Add(form, Widgets.Label(_words["greeter-locked-what"], "before"));
        Add(form, _notices);
        Add(form, Widgets.Field(_words["greeter-name"], secret: false, out _name));
        Gtk.gtk_entry_set_max_length(_name, LongestLogin);
        Gtk.gtk_editable_set_text(_name, _page.Name.Length > 0 ? _page.Name : _kept);
        if (_page.IsNameFixed) Gtk.gtk_editable_set_editable(_name, 0);
        Secret(form, _changing ? "greeter-old-password" : "greeter-password", out _password);
        Unseen(form, _password);
        if (_keptPassword.Length > 0) Widgets.Put(_password, _keptPassword);
        CryptographicOperations.ZeroMemory(_keptPassword);
        _first = Text(_name).Length > 0 && !_atName ? _password : _name;
        _wasChanging = _changing;
        Widgets.On(_name, "activate", () => GoTo(_password));
        Widgets.On(_password, "activate", Submit);
        Add(form, Widgets.Button(_words[_changing ? "greeter-go-on" : isLocked ? "greeter-unlock" : "greeter-sign-in"], "primary", Submit));
        if (isLocked) Add(form, Widgets.Button(_words["greeter-not-me", _page.LockedFor], "quiet", () => answer(new GreeterAnswer.Press(NotMe))));
        else Add(form, Widgets.Button(_words[_changing ? "greeter-back" : "greeter-change"], "quiet", () => Switch(!_changing)));
        return form;
    }

    private nint NewPassword()
    {
        var form = Widgets.Box(Gtk.Vertical);
        Add(form, Widgets.Label(_words["greeter-change-title"], "title"));
        Add(form, _notices);
        Secret(form, "greeter-new-password", out _password);
        Secret(form, "greeter-new-again", out _again);
        Unseen(form, _password, _again);
        _first = _password;
        Widgets.On(_password, "activate", () => GoTo(_again));
        Widgets.On(_again, "activate", Change);
        Add(form, Widgets.Button(_words["greeter-go-on"], "primary", Change));
        Add(form, Widgets.Button(_words["greeter-give-up"], "quiet", () => answer(new GreeterAnswer.New([]))));
        return form;
    }

    private static void GoTo(nint widget) => _ = Gtk.gtk_widget_grab_focus(widget);

    private static void Add(nint form, nint widget) => Gtk.gtk_box_append(form, widget);

    private void Secret(nint form, string name, out nint entry)
    {
        Add(form, Widgets.Field(_words[name], secret: true, out entry));
        Gtk.gtk_entry_set_max_length(entry, LongestPassword);
    }

    // What belongs below the fields of a password: Caps Lock, what is missing, and to see what one types.
    private void Unseen(nint form, params nint[] entries)
    {
        _caps = Widgets.Label(_words["greeter-caps"], "hint");
        _hint = Widgets.Label("", "hint");
        Gtk.gtk_widget_set_visible(_hint, 0);
        var show = Widgets.Styled(Gtk.gtk_check_button_new_with_label(_words["greeter-show"]), "show");
        Widgets.On(show, "toggled", () =>
        {
            foreach (var entry in entries) Gtk.gtk_entry_set_visibility(entry, Gtk.gtk_check_button_get_active(show));
        });
        foreach (var one in (nint[])[_caps, _hint, show]) Add(form, one);
    }

    private void Submit()
    {
        var name = Text(_name).Trim();
        var password = Widgets.Bytes(_password);
        if (name.Length == 0)
        {
            CryptographicOperations.ZeroMemory(password);
            Missing("greeter-no-name", _name);
        }
        else if (password.Length == 0) Missing("greeter-no-password", _password);
        else
        {
            Clear(_password);
            answer(_changing ? new GreeterAnswer.Change(name, password) : new GreeterAnswer.SignIn(name, password));
        }
    }

    private void Change()
    {
        var (wanted, again) = (Widgets.Bytes(_password), Widgets.Bytes(_again));
        var same = CryptographicOperations.FixedTimeEquals(wanted, again);
        CryptographicOperations.ZeroMemory(again);
        if (wanted.Length == 0) Missing("greeter-no-password", _password);
        else if (!same)
        {
            CryptographicOperations.ZeroMemory(wanted);
            Clear(_again);
            Missing("greeter-differs", _again);
        }
        else
        {
            Clear(_password);
            Clear(_again);
            answer(new GreeterAnswer.New(wanted));
        }
    }

    // GTK wipes what it lets go of: its buffer is one for passwords.
    private static void Clear(nint entry) => Gtk.gtk_editable_set_text(entry, "");

    // Not built anew: what a field has opened over itself, by the other mouse button, closes by this very key.
    private bool Empty()
    {
        if (!_page.IsNameFixed) Clear(_name);
        Clear(_password);
        GoTo(_page.IsNameFixed ? _password : _name);
        return false;
    }

    private void Missing(string word, nint entry)
    {
        Gtk.gtk_label_set_text(_hint, _words[word]);
        Gtk.gtk_widget_set_visible(_hint, 1);
        GoTo(entry);
    }

    private void Switch(bool changing)
    {
        Keep();
        _changing = changing;
        redraw();
    }
}
