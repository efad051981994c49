using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.Shim.Sessions;
using VdiBroker.Shim.Words;

namespace VdiBroker.Shim.Terminal;

/// <summary>The conversation with the person at the terminal: what they are told, and what they answer.</summary>
internal sealed class Conversation(Wording words, TextWriter screen, Lines input, bool atTerminal) : IPerson
{
    /// <inheritdoc/>
    public Wording Words { get; } = words;

    /// <inheritdoc/>
    public void Tell(string sentence)
    {
        if (sentence.Length == 0) return;
        try
        {
            screen.WriteLine(sentence);
        }
        catch (IOException)
        {
            // Nobody reads any more; the desktop goes on.
        }
    }

    /// <inheritdoc/>
    public void Tell(string word, params object[] values) => Tell(Words[word, values]);

    /// <summary>A line stands until the screen is full.</summary>
    public void Announce(string sentence) => Tell(sentence);

    /// <inheritdoc/>
    public bool NeedsBar => false;

    /// <inheritdoc/>
    public void Progress(string sentence) => Tell(sentence);

    /// <inheritdoc/>
    public void Greet(string name, string tenant, Settings settings) => Tell("hello", name, tenant);

    /// <summary>A terminal has one look.</summary>
    public PreferRequest? TakeChoice() => null;

    /// <inheritdoc/>
    public Task ShowCodeAsync(string code, string fingerprint, CancellationToken cancel)
    {
        foreach (var line in (string[])[Words["enrol-title"], $"    {code}", Words["enrol-what"], Words["enrol-fingerprint"], .. fingerprint.Split('\n').Select(one => "    " + one)]) Tell(line);
        return Task.Delay(Timeout.Infinite, cancel);
    }

    /// <summary>A star in place of the name, which is no login of anybody's, asks for another password.</summary>
    public async Task<Comer?> NextAsync(string? only, LockedStation? locked, WelcomeReply welcome, CancellationToken cancel)
    {
        if (welcome.Visitors)
        {
            Tell("visit-what", welcome.Minutes());
            return await AskAsync(Words["visit-press"], cancel) is null ? null : Comer.Visitor;
        }
        while (true)
        {
            if (only is null && atTerminal) Tell("password-hint", []);
            var name = only ?? await AskAsync(Words["ask-name"], cancel);
            if (name is null) return null;
            if (name.Length == 0) continue;
            var change = only is null && name == "*";
            if (change && (name = await AskAsync(Words["ask-name"], cancel)) is not { Length: > 0 }) continue;
            if (await AskPasswordAsync("ask-password", cancel) is not { } password)
            {
                if (change) continue;
                return null;
            }
            if (password.Length > 0) return new Comer(name, password, change);
            if (!change) Tell("password-wrong", []);
        }
    }

    /// <inheritdoc/>
    public async Task<byte[]?> NewPasswordAsync(CancellationToken cancel)
    {
        while (await AskPasswordAsync("ask-new-password", cancel) is { Length: > 0 } wanted)
        {
            var same = false;
            try
            {
                if (await AskPasswordAsync("ask-new-password-again", cancel) is not { } again) return null;
                same = CryptographicOperations.FixedTimeEquals(wanted, again);
                CryptographicOperations.ZeroMemory(again);
                if (same) return wanted;
                Tell("password-differs", []);
            }
            finally
            {
                // Also at the end of the input, and of the shim.
                if (!same) CryptographicOperations.ZeroMemory(wanted);
            }
        }
        return null;
    }

    /// <summary>A line in answer to a question; null at the end of the input.</summary>
    public async Task<string?> AskAsync(string question, CancellationToken cancel)
    {
        Prompt(question);
        return await input.NextAsync(cancel) is { } line ? Encoding.UTF8.GetString(line).Trim() : null;
    }

    /// <summary>A password typed unseen; null at the end of the input. The caller wipes it.</summary>
    /// <param name="word">Which question.</param>
    /// <param name="cancel">Gives up.</param>
    private async Task<byte[]?> AskPasswordAsync(string word, CancellationToken cancel)
    {
        using var silence = TerminalMode.Unseen();
        Prompt(Words[word]);
        return await input.NextAsync(cancel);
    }

    /// <summary>As told in <see cref="IPerson"/>: by number, and Enter alone takes the preferred one.</summary>
    public async Task<DesktopChoice?> ChooseAsync(IReadOnlyList<DesktopChoice> desktops, CancellationToken cancel)
    {
        if (desktops.Count < 2 || !atTerminal) return desktops.Count == 0 ? new DesktopChoice() : desktops[0];
        Tell("choose", []);
        for (var n = 0; n < desktops.Count; n++) Tell(desktops[n].Running ? "choose-line-running" : "choose-line", n + 1, desktops[n].Name);
        while (await AskAsync(Words["choose-ask", desktops.Count], cancel) is { } answer)
        {
            if (answer.Length == 0) return desktops[0];
            if (int.TryParse(answer, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= desktops.Count)
                return desktops[number - 1];
            Tell("choose-again", desktops.Count);
        }
        return null;
    }

    /// <summary>Keys act without Enter meanwhile, as far as the input allows: see <see cref="WishAsync"/>.</summary>
    public IDisposable Wishing() => new KeysScope(input);

    /// <summary>
    /// The next key or command of a session; never ends at the end of the input, which is no command. <c>l</c>, <c>e</c> and <c>n</c> act at
    /// once; <c>s</c>, which ends programs, only with Enter.
    /// </summary>
    public async Task<Wish> WishAsync(CancellationToken cancel)
    {
        var signOut = false;
        while (await input.NextAsync(cancel) is { } line)
        {
            var word = Encoding.UTF8.GetString(line).Trim().ToLowerInvariant();
            CryptographicOperations.ZeroMemory(line);
            switch (word)
            {
                case "l" or "leave" or "quitter": return Wish.Leave;
                case "e": return Wish.Extend;
                case "n": return Wish.Replace;
                case "s" when input.Keys == KeysRead.Each:
                    if (!signOut) Tell("sign-out-enter", []);
                    signOut = true;
                    break;
                case "s" or "sign out" or "fermer": return Wish.SignOut;
                case "" when signOut: return Wish.SignOut;
                case "" when input.Keys != KeysRead.Each: break;
                default:
                    if (input.Keys == KeysRead.Each && word.Length > 0) break;
                    Tell("commands", []);
                    break;
            }
        }
        await Task.Delay(Timeout.Infinite, cancel);
        return Wish.Leave;
    }

    /// <summary>What is on offer has been told in words.</summary>
    public void Offer(Wish wish, bool open)
    {
    }

    /// <summary>A terminal stays where it is.</summary>
    public void Cover(bool covered)
    {
    }

    private void Prompt(string question)
    {
        try
        {
            screen.Write(question + " ");
            screen.Flush();
        }
        catch (IOException)
        {
            // As in Tell.
        }
    }

    private sealed class KeysScope : IDisposable
    {
        private readonly TerminalMode _mode = TerminalMode.KeyByKey();
        private readonly Lines _input;

        public KeysScope(Lines input)
        {
            _input = input;
            _input.Keys = TerminalMode.HasTerminal ? KeysRead.Each : KeysRead.Lone;
        }

        public void Dispose()
        {
            _input.Keys = KeysRead.None;
            _mode.Dispose();
        }
    }
}
