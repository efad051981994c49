using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.Shim.Banners;
using VdiBroker.Shim.Brokers;

namespace VdiBroker.Shim.Sessions;

/// <summary>
/// What a broker tells of a running desktop besides its state: an end that comes near, a host that is silent. Says it once in words, on the
/// terminal and over the desktop, offers what helps by a key and by a button, and takes both back when the broker does.
/// </summary>
internal sealed class Announcements : IAsyncDisposable
{
    private static readonly TimeSpan ExtendWithin = TimeSpan.FromSeconds(5);

    // The same warning, told again by another broker, is a little off.
    private static readonly TimeSpan SameEnd = TimeSpan.FromSeconds(10);

    private const int AnswerSeconds = 10;
    private readonly Room _room;
    private readonly Wishes _wishes;
    private readonly ExtendRequest _extend;
    private readonly Absence _absence;
    private readonly HelpCall _help;
    private readonly HelpdeskMessage _message;
    private readonly Banner _banner;
    private readonly CancellationTokenSource _over = new();
    private readonly Lock _gate = new();
    private LimitWarning? _warning;
    private DateTimeOffset _end;
    private bool _extendable;
    private bool _silent;
    private string _ofAbsence = "";
    private string _ofNetwork = "";
    private string _ofHost = "";
    private string _ofEnd = "";
    private string _ofWait = "";
    private string _answer = "";
    private Task _extending = Task.CompletedTask;
    private Task _helping = Task.CompletedTask;
    private Menu _menu = Menu.None;
    private readonly bool _ofVisitor;
    private bool _hidden;

    /// <param name="room">What there is to work with.</param>
    /// <param name="wishes">Takes the offers.</param>
    /// <param name="extend">What more time is asked for with.</param>
    /// <param name="person">Whose desktop it is.</param>
    public Announcements(Room room, Wishes wishes, ExtendRequest extend, SignedIn person)
    {
        (_room, _wishes, _extend, _absence, _ofVisitor) = (room, wishes, extend, new(person.Idle), person.IsVisitor);
        _message = new(room.Clock);
        _help = new(room, new CallForHelpRequest { SignIn = extend.SignIn, SessionId = extend.SessionId });
        _banner = new(room.Settings.Display, room.Journal, Clicked, Idle);
    }

    private IPerson Person => _room.Person;

    /// <summary>The desktop is on the screen: who has no keys for it finds buttons over it from now on.</summary>
    public void Begin()
    {
        if (Person.NeedsBar) Turn(Menu.Closed);
        _room.Scene.Shows(Message);
    }

    /// <summary>Takes a notice that is not final.</summary>
    public void Hear(SessionNotice notice)
    {
        HearOfHost(notice);
        HearOfEnd(notice.Warning);
    }

    /// <summary>The network is cut (true), or back.</summary>
    public void Cut(bool cut)
    {
        (_ofNetwork, _answer) = (cut ? Person.Words["network-cut"] : "", "");
        Person.Progress(Person.Words[cut ? "network-cut" : "network-back"]);
        Show();
    }

    /// <summary>Says a sentence of the moment.</summary>
    public void Say(string sentence)
    {
        if (sentence.Length == 0) return;
        Person.Progress(sentence);
        _answer = sentence;
        Show();
    }

    /// <summary>Another desktop is waited for, while this one stays: how that stands, until it is another; empty: it is waited for no more.</summary>
    public void Wait(string sentence)
    {
        if (sentence.Length > 0) Person.Progress(sentence);
        (_ofWait, _answer) = (sentence, "");
        Show();
    }

    /// <summary>Says what the helpdesk has to say: it stands there until it is hidden.</summary>
    public void Message(string sentence)
    {
        Person.Progress(sentence);
        lock (_gate) _message.Say(sentence);
        Show();
    }

    /// <summary>Asks for more time and will say the answer, unless that is under way already.</summary>
    public void Extend()
    {
        if (_extending.IsCompleted) _extending = ExtendAsync();
    }

    /// <summary>The session is not the broker's any more: nothing that it told of matters now.</summary>
    public void Close()
    {
        (_silent, _ofHost, _ofNetwork) = (false, "", "");
        Forget();
        Show();
    }

    /// <summary>The desktop has gone from the screen. Again: nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_over.IsCancellationRequested) return;
        _room.Scene.Hides();
        _menu = Menu.None;
        Close();
        await _over.CancelAsync();
        await Task.WhenAll(_extending, _helping);
        await _banner.DisposeAsync();
        _over.Dispose();
    }

    private static string Joined(params string[] sentences) => string.Join(' ', sentences.Where(one => one.Length > 0));

    private async Task ExtendAsync()
    {
        try
        {
            var reply = await _room.Calls.ExtendAsync(_extend, ExtendWithin, _over.Token);
            _room.Journal.Step($"extended seconds={reply.EndsIn?.Seconds}");
            // What the person has just been told; the notice that follows brings nothing new.
            Forget();
            Say(Joined(reply.Text.Length > 0 ? reply.Text : Person.Words["extended"], Until(reply.EndsIn)));
        }
        catch (RefusedException refusal)
        {
            _room.Journal.Step($"refused call=extend code={refusal.Detail.Code} reference={refusal.Detail.Reference}");
            _extendable = false;
            Say(Refusals.Text(refusal.Detail, Person.Words));
        }
        catch (NoBrokerException none)
        {
            _room.Journal.Step($"no-broker missing={none.Why}");
            Say(Person.Words[none.Why == Missing.Call ? "older" : "extend-unheard"]);
        }
        catch (OperationCanceledException)
        {
            // The desktop has gone from the screen.
        }
    }

    private void HearOfHost(SessionNotice notice)
    {
        var silent = notice.State == SessionState.HostSilent;
        if (silent == _silent) return;
        _silent = silent;
        if (!silent)
        {
            _ofHost = "";
            Say(Person.Words["host-answers"]);
            return;
        }
        var said = notice.Text.Length > 0 ? notice.Text : Person.Words["host-silent"];
        (_ofHost, _answer) = (Joined(said, Person.Words["host-silent-loss"]), "");
        Person.Progress(Joined(said, Person.Words["host-silent-key"], Person.Words["host-silent-loss"]));
        Show();
    }

    private void HearOfEnd(LimitWarning? warning)
    {
        if (warning is null)
        {
            if (_warning is null) return;
            Forget();
            _room.Journal.Step("warning-over");
            Say(Person.Words["warning-over"]);
            return;
        }
        var end = _room.Clock.GetLocalNow() + (warning.EndsIn?.ToTimeSpan() ?? default);
        if (_warning is { } last && last.Text == warning.Text && last.Limit == warning.Limit && last.Extendable == warning.Extendable && (end - _end).Duration() < SameEnd) return;
        (_warning, _end, _extendable, _answer) = (warning, end, warning.Extendable, "");
        _ofEnd = Joined(warning.Text.Length > 0 ? warning.Text : Person.Words["warning-plain"], Until(warning.EndsIn));
        _room.Journal.Step($"warning limit={warning.Limit} seconds={warning.EndsIn?.Seconds} extendable={(warning.Extendable ? "true" : "false")}");
        Person.Progress(Joined(_ofEnd, warning.Extendable ? Person.Words["extend-offer"] : ""));
        Show();
    }

    private async Task HelpAsync() => Say(await _help.AskAsync(_over.Token));

    private void Forget() => (_warning, _extendable, _ofEnd, _answer) = (null, false, "", "");

    /// <summary>Brings offers and banner to what is so now, which the person has not hidden yet.</summary>
    private void Show()
    {
        // The desktop has gone from the screen: what else is heard of it offers nothing.
        if (_over.IsCancellationRequested) return;
        _wishes.Offer(this, Wish.Extend, _extendable);
        _wishes.Offer(this, Wish.Replace, _silent);
        lock (_gate) _hidden = false;
        Draw();
    }

    private void Turn(Menu menu)
    {
        _menu = menu;
        Draw();
    }

    private void Draw()
    {
        lock (_gate)
        {
            var text = new BannerText();
            if (!_hidden) text.Sentences.AddRange(((string[])[_ofAbsence, _ofNetwork, _ofHost, _ofEnd, _message.Text, _ofWait, _answer]).Where(one => one.Length > 0));
            if (_menu == Menu.Sure) text.Sentences.Add(Person.Words[_ofVisitor ? "visit-sure" : "bar-sure"]);
            if (_menu == Menu.Open) text.Sentences.Add(Person.Words["bar-question"]);
            if (_extendable && !_hidden) text.Buttons.Add(('e', Person.Words["button-extend"]));
            if (_wishes.IsOffered(Wish.Replace) && !_hidden) text.Buttons.Add(('n', Person.Words["button-replace"]));
            foreach (var (key, word) in Bar.ButtonsOf(_menu, _ofVisitor)) text.Buttons.Add((key, Person.Words[word]));
            if (text.Sentences.Count > 0 && _menu is Menu.None or Menu.Closed) text.Buttons.Add((_menu == Menu.None ? BannerWindow.Hide : Bar.Hidden, Person.Words["button-hide"]));
            if (_menu != Menu.None) text.IdleFrom = _absence.From;
            // An answer alone has been read after a while.
            if (_ofAbsence.Length + _ofNetwork.Length + _ofHost.Length + _ofEnd.Length + _ofWait.Length + _message.Text.Length == 0 && _answer.Length > 0) text.Seconds = AnswerSeconds;
            _banner.Show(text);
        }
    }

    private void Idle(int seconds)
    {
        if (_over.IsCancellationRequested) return;
        var left = _absence.Hear(seconds);
        if (left == 0)
        {
            _room.Journal.Step($"idle seconds={seconds} act={_absence.Act}");
            _wishes.Add(_absence.Act);
            left = null;
        }
        else if (left is not null && _ofAbsence.Length == 0) _room.Journal.Step($"idle-warning seconds={left}");
        else if (left is null && _ofAbsence.Length > 0) _room.Journal.Step("idle-over");
        lock (_gate)
        {
            _ofAbsence = left is { } more ? Person.Words[_absence.Word, more] : "";
            // Whoever has hidden a message has hidden another one.
            if (left is not null) _hidden = false;
        }
        Draw();
    }

    private void Clicked(char key)
    {
        // Clicked in the instant in which it ended: the next desktop has a bar of its own.
        if (_over.IsCancellationRequested) return;
        switch (key)
        {
            case 'e': _wishes.Add(Wish.Extend); break;
            case 'n': _wishes.Add(Wish.Replace); break;
            case Bar.Leaving: _wishes.Add(Wish.Leave); break;
            case Bar.Locking: _wishes.Add(Wish.Lock); break;
            case Bar.SigningOut:
                Turn(Menu.Closed);
                _wishes.Add(Wish.SignOut);
                break;
            case Bar.Helping:
                Turn(Menu.Closed);
                if (_helping.IsCompleted) _helping = HelpAsync();
                break;
            case Bar.Opened: Turn(_ofVisitor ? Menu.Sure : Menu.Open); break;
            case Bar.Asking: Turn(Menu.Sure); break;
            case Bar.Back: Turn(Menu.Closed); break;
            case Bar.Hidden or BannerWindow.Hide when _menu != Menu.None:
                lock (_gate)
                {
                    (_hidden, _answer) = (true, "");
                    _message.Clear();
                }
                Draw();
                break;
        }
    }

    private string Until(Duration? left) =>
        left is null ? "" : Person.Words["until", (_room.Clock.GetLocalNow() + left.ToTimeSpan()).ToString("HH:mm", CultureInfo.InvariantCulture)];
}
