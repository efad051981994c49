using System.Globalization;
using System.Text;

namespace VdiBroker.Shim.Greeters;

/// <summary>What the person did at the greeter. Closed: the cases are nested here.</summary>
/// <remarks>As lines: a word, what belongs to it, and after <see cref="SignIn"/>, <see cref="Change"/> and <see cref="New"/> one more line, the password alone.</remarks>
internal abstract record GreeterAnswer
{
    private GreeterAnswer()
    {
    }

    /// <summary>Signs in.</summary>
    public sealed record SignIn(string Name, byte[] Password) : GreeterAnswer;

    /// <summary>Wants another password; this is the present one.</summary>
    public sealed record Change(string Name, byte[] Password) : GreeterAnswer;

    /// <summary>The new password, the same twice; empty = given up.</summary>
    public sealed record New(byte[] Password) : GreeterAnswer;

    /// <summary>This desktop, from 0; null = none: go back.</summary>
    public sealed record Choose(int? Which) : GreeterAnswer;

    /// <summary>A button of a page was pressed.</summary>
    public sealed record Press(char Key) : GreeterAnswer;

    /// <summary>Reads on in this language.</summary>
    public sealed record Speak(string Language) : GreeterAnswer;

    /// <summary>Nobody has touched a key of this page for long.</summary>
    public sealed record Gone : GreeterAnswer;

    /// <summary>Letters of this size (a factor), and high contrast or not, are what they read best.</summary>
    public sealed record Choice(Look Look) : GreeterAnswer;

    /// <summary>A page is on the screen and has the keyboard.</summary>
    public sealed record Shown(PageKind Kind) : GreeterAnswer;

    /// <summary>The first line of each.</summary>
    public string Head() => this switch
    {
        SignIn it => $"sign-in {it.Name}",
        Change it => $"change {it.Name}",
        New => "new",
        Choose { Which: { } which } => string.Create(CultureInfo.InvariantCulture, $"choose {which}"),
        Choose => "choose",
        Press it => $"press {it.Key}",
        Speak it => $"speak {it.Language}",
        Gone => "gone",
        Choice it => $"look {it.Look.Words}",
        Shown it => $"shown {it.Kind}",
        _ => throw new InvalidOperationException(),
    };

    /// <summary>The password that follows on a line of its own; null = none does.</summary>
    public byte[]? Secret() => this switch
    {
        SignIn it => it.Password,
        Change it => it.Password,
        New it => it.Password,
        _ => null,
    };

    /// <summary>Reads one; null = no answer of ours, or the end.</summary>
    /// <param name="head">Its first line.</param>
    /// <param name="secret">Gives the next line.</param>
    public static async Task<GreeterAnswer?> ReadAsync(byte[] head, Func<Task<byte[]?>> secret)
    {
        var line = Encoding.UTF8.GetString(head);
        var at = line.IndexOf(' ', StringComparison.Ordinal);
        var (word, rest) = at < 0 ? (line, "") : (line[..at], line[(at + 1)..]);
        switch (word)
        {
            case "sign-in" or "change" or "new":
                if (await secret() is not { } password) return null;
                return word == "sign-in" ? new SignIn(rest, password) : word == "change" ? new Change(rest, password) : new New(password);
            case "choose":
                return new Choose(int.TryParse(rest, NumberStyles.None, CultureInfo.InvariantCulture, out var which) ? which : null);
            case "press" when rest.Length == 1:
                return new Press(rest[0]);
            case "shown" when Enum.TryParse<PageKind>(rest, out var kind):
                return new Shown(kind);
            case "gone":
                return new Gone();
            case "look" when Look.Of(rest) is { } look:
                return new Choice(look);
            case "speak":
                return new Speak(rest);
            default:
                return null;
        }
    }
}
