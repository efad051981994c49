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
        using var silence = Echo.Off();
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

    /// <summary>The next command typed during a session; never ends at the end of the input, which is no command.</summary>
    public async Task<Wish> WishAsync(CancellationToken cancel)
    {
        while (await input.NextAsync(cancel) is { } line)
        {
            var word = Encoding.UTF8.GetString(line).Trim().ToLowerInvariant();
            CryptographicOperations.ZeroMemory(line);
            switch (word)
            {
                case "l" or "leave" or "quitter": return Wish.Leave;
                case "s" or "sign out" or "fermer": return Wish.SignOut;
                case "": break;
                default: Tell("commands", []); break;
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
}

/// <summary>What a person may want of a running session.</summary>
internal enum Wish
{
    /// <summary>Free this station; the desktop waits.</summary>
    Leave,

    /// <summary>Close the desktop.</summary>
    SignOut,
}
