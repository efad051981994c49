using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.Shim.Words;

namespace VdiBroker.Shim.Terminal;

/// <summary>The conversation with the person at the terminal: what they are told, and what they answer.</summary>
internal sealed class Conversation(Wording words, TextWriter screen, Lines input, bool atTerminal)
{
    /// <summary>What the shim says itself.</summary>
    public Wording Words { get; } = words;

    /// <summary>True: somebody can answer questions.</summary>
    public bool AtTerminal { get; } = atTerminal;

    /// <summary>Shows a sentence.</summary>
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

    /// <summary>Shows one of the shim's own sentences.</summary>
    public void Tell(string word, params object[] values) => Tell(Words[word, values]);

    /// <summary>A line in answer to a question; null at the end of the input.</summary>
    public async Task<string?> AskAsync(string question, CancellationToken cancel)
    {
        Prompt(question);
        return await input.NextAsync(cancel) is { } line ? Encoding.UTF8.GetString(line).Trim() : null;
    }

    /// <summary>A password typed unseen; null at the end of the input. The caller wipes it.</summary>
    /// <param name="word">Which question.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<byte[]?> AskPasswordAsync(string word, CancellationToken cancel)
    {
        using var silence = TerminalMode.Unseen();
        Prompt(Words[word]);
        return await input.NextAsync(cancel);
    }

    /// <summary>The desktop to open: the only or preferred one, or the one chosen by number. Null at the end of the input.</summary>
    public async Task<DesktopChoice?> ChooseAsync(IReadOnlyList<DesktopChoice> desktops, CancellationToken cancel)
    {
        if (desktops.Count < 2 || !AtTerminal) return desktops.Count == 0 ? new DesktopChoice() : desktops[0];
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

    /// <summary>From here to disposal keys act without Enter, as far as the input allows: see <see cref="WishAsync"/>.</summary>
    public IDisposable Keys() => new KeysScope(input);

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

/// <summary>What a person may want of a running session.</summary>
internal enum Wish
{
    /// <summary>Free this station; the desktop waits.</summary>
    Leave,

    /// <summary>Close the desktop.</summary>
    SignOut,

    /// <summary>Put off the end that was announced.</summary>
    Extend,

    /// <summary>Give up a desktop whose host is silent, and open a new one.</summary>
    Replace,
}
