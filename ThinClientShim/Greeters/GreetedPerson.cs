using System.Security.Cryptography;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.Shim.Configuration;
using VdiBroker.Shim.Sessions;
using VdiBroker.Shim.Words;

namespace VdiBroker.Shim.Greeters;

/// <summary>The person at the greeter: what they are told becomes its pages, what they do there their answers.</summary>
/// <param name="settings">The station's.</param>
/// <param name="greeter">The process on the screen.</param>
/// <param name="message">What the helpdesk has said to whoever is there, or comes.</param>
internal sealed class GreetedPerson(StationSettings settings, Greeter greeter, HelpdeskMessage message) : IPerson
{
    private readonly Lock _gate = new();
    private readonly ToldSentences _told = new(message);
    private readonly HashSet<Wish> _offers = [];
    private Wording _words = settings.Words.AtTheGreeter;
    private Look _look = Look.Usual;
    private bool _isSizeChosen;
    private bool _isContrastChosen;
    private bool _isSpokenTo;
    private string _heading = "";
    private GreeterPage? _question;
    private bool _covered;
    private bool _wishing;

    /// <inheritdoc/>
    public Wording Words => _words;

    /// <inheritdoc/>
    public bool NeedsBar => true;

    /// <inheritdoc/>
    public void Tell(string sentence)
    {
        if (sentence.Length > 0) Add(_ => sentence);
    }

    /// <inheritdoc/>
    public void Tell(string word, params object[] values) => Add(words => words[word, values]);

    /// <inheritdoc/>
    public void Announce(string sentence)
    {
        lock (_gate)
        {
            _told.Announce(sentence);
            Show();
        }
    }

    /// <inheritdoc/>
    public void Progress(string sentence)
    {
        lock (_gate)
        {
            if (_covered) return;
            _told.Progress(sentence);
            Show();
        }
    }

    /// <inheritdoc/>
    public void Greet(string name, string tenant, Settings settings)
    {
        lock (_gate)
        {
            // What they have just chosen here is what they want.
            var known = Look.Of(settings.TextSize, settings.Contrast);
            _look = new Look(_isSizeChosen ? _look.TextSize : known.TextSize, _isContrastChosen ? _look.IsHighContrast : known.IsHighContrast);
            if (!_isSpokenTo) _words = Wording.Of(settings.Language)?.AtTheGreeter ?? _words;
            _heading = tenant.Length > 0 ? $"{name} · {tenant}" : name;
            Show();
        }
    }

    /// <inheritdoc/>
    public PreferRequest? TakeChoice()
    {
        lock (_gate)
        {
            if (!_isSizeChosen && !_isContrastChosen) return null;
            var chosen = new PreferRequest { TextSize = _isSizeChosen ? _look.Size : "", Contrast = _isContrastChosen ? _look.Contrast : "" };
            (_isSizeChosen, _isContrastChosen) = (false, false);
            return chosen;
        }
    }

    /// <summary>As told in <see cref="IPerson"/>. Nothing on that page is an answer but the language and the look of whoever stands there.</summary>
    public async Task ShowCodeAsync(string code, string fingerprint, CancellationToken cancel) =>
        await AskAsync(new GreeterPage(PageKind.Code, "") { Code = code, Fingerprint = fingerprint.Split('\n') }, cancel);

    /// <inheritdoc/>
    public async Task<Comer?> NextAsync(string? only, LockedStation? locked, WelcomeReply welcome, CancellationToken cancel)
    {
        while (true)
        {
            lock (_gate)
            {
                // The next person may read another language; what was told last is still theirs who left.
                if (_heading.Length > 0 && locked is null) BeAnybodys();
                _heading = "";
                _told.Progress("");
            }
            var name = only ?? locked?.Login;
            var page = welcome.Visitors
                ? new GreeterPage(PageKind.Welcome, "") { VisitMinutes = welcome.Minutes() }
                : new GreeterPage(PageKind.SignIn, "") { Name = name ?? "", IsNameFixed = name is not null, LockedFor = locked?.Name ?? "" };
            switch (await AskAsync(page, cancel))
            {
                case GreeterAnswer.Press { Key: GreeterForms.Begin }: return Comer.Visitor;
                case GreeterAnswer.SignIn it: return new Comer(name ?? it.Name, it.Password, WantsChange: false);
                case GreeterAnswer.Change it: return new Comer(name ?? it.Name, it.Password, WantsChange: true);
                case GreeterAnswer.Press:
                    locked = null;
                    lock (_gate) BeAnybodys();
                    break;
                default: return null;
            }
        }
    }

    /// <inheritdoc/>
    public async Task<byte[]?> NewPasswordAsync(CancellationToken cancel) =>
        await AskAsync(new GreeterPage(PageKind.NewPassword, ""), cancel) is GreeterAnswer.New { Password.Length: > 0 } wanted ? wanted.Password : null;

    /// <inheritdoc/>
    public async Task<DesktopChoice?> ChooseAsync(IReadOnlyList<DesktopChoice> desktops, CancellationToken cancel)
    {
        if (desktops.Count < 2) return desktops.Count == 0 ? new DesktopChoice() : desktops[0];
        var page = new GreeterPage(PageKind.Choose, "") { Desktops = [.. desktops.Select(one => new OfferedDesktop(one.Name, one.Running))] };
        return await AskAsync(page, cancel) is GreeterAnswer.Choose { Which: { } which } && which < desktops.Count ? desktops[which] : null;
    }

    /// <inheritdoc/>
    public IDisposable Wishing()
    {
        Wishing(true);
        return new WishingScope(this);
    }

    /// <inheritdoc/>
    public async Task<Wish> WishAsync(CancellationToken cancel)
    {
        while (true)
        {
            switch (await greeter.Answers.ReadAsync(cancel))
            {
                case GreeterAnswer.Press { Key: 'l' }: return Wish.Leave;
                case GreeterAnswer.Press { Key: 'n' }: return Wish.Replace;
                case { } it:
                    if (!Hear(it)) Wipe(it);
                    break;
            }
        }
    }

    /// <inheritdoc/>
    public void Offer(Wish wish, bool open)
    {
        lock (_gate)
        {
            if (open ? _offers.Add(wish) : _offers.Remove(wish)) Show();
        }
    }

    /// <inheritdoc/>
    public void Cover(bool covered)
    {
        lock (_gate)
        {
            if (_covered == covered) return;
            _covered = covered;
            if (covered)
            {
                // What led to the desktop is history.
                _told.Forget();
                _told.Progress("");
                greeter.Hide();
            }
            else Show();
        }
    }

    private static void Wipe(GreeterAnswer answer) => CryptographicOperations.ZeroMemory(answer.Secret());

    // Held by the gate. What was done on a page that has gone counts no more, but for the language and the look of whoever sits there.
    private void Forget()
    {
        while (greeter.Answers.TryRead(out var late))
            if (!Hear(late)) Wipe(late);
    }

    // Held by the gate.
    private void BeAnybodys() => (_words, _look, _isSizeChosen, _isContrastChosen, _isSpokenTo) = (settings.Words.AtTheGreeter, Look.Usual, false, false, false);

    private void Add(Func<Wording, string> sentence)
    {
        lock (_gate)
        {
            _told.Add(sentence);
            Show();
        }
    }

    private async Task<GreeterAnswer> AskAsync(GreeterPage question, CancellationToken cancel)
    {
        lock (_gate)
        {
            Forget();
            _question = question;
            Show();
        }
        try
        {
            while (true)
            {
                var answer = await greeter.Answers.ReadAsync(cancel);
                if (Hear(answer)) continue;
                if (answer is GreeterAnswer.Gone)
                {
                    lock (_gate)
                    {
                        _told.Forget();
                        // Whoever locked it is expected to be away.
                        if (question.LockedFor.Length == 0) BeAnybodys();
                        Show();
                    }
                    continue;
                }
                if (question.IsAnsweredBy(answer)) return answer;
                Wipe(answer);
            }
        }
        finally
        {
            lock (_gate)
            {
                _question = null;
                _told.Forget();
            }
        }
    }

    // What concerns every page.
    private bool Hear(GreeterAnswer answer)
    {
        lock (_gate)
        {
            switch (answer)
            {
                case GreeterAnswer.Speak it:
                    (_words, _isSpokenTo) = (Wording.Of(it.Language)?.AtTheGreeter ?? _words, true);
                    Show();
                    return true;
                case GreeterAnswer.Choice it:
                    _isSizeChosen |= it.Look.TextSize != _look.TextSize;
                    _isContrastChosen |= it.Look.IsHighContrast != _look.IsHighContrast;
                    _look = it.Look;
                    return true;
                default:
                    return false;
            }
        }
    }

    private void Wishing(bool wishing)
    {
        lock (_gate)
        {
            _wishing = wishing;
            Forget();
            Show();
        }
    }

    // Held by the gate. While a desktop is on the screen the greeter is not there: what is told then stands on its next page.
    private void Show()
    {
        if (_covered) return;
        var sentences = _told.Lines(_words, isAsking: _question is not null);
        if (_question is { } question)
        {
            greeter.Show(question with { Language = _words.Language, Look = _look, Heading = _heading, Sentences = sentences });
            return;
        }
        List<(char, string)> buttons = [];
        if (_offers.Contains(Wish.Replace)) buttons.Add(('n', _words["button-replace"]));
        if (_wishing) buttons.Add(('l', _words["greeter-queue-leave"]));
        greeter.Show(new GreeterPage(PageKind.Wait, _words.Language) { Look = _look, Heading = _heading, Sentences = sentences, Buttons = buttons });
    }

    private sealed class WishingScope(GreetedPerson person) : IDisposable
    {
        public void Dispose() => person.Wishing(false);
    }
}
