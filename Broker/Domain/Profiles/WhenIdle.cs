using System.Collections.Immutable;
using System.Text.RegularExpressions;
using VdiBroker.Kernel;

namespace VdiBroker.Profiles;

/// <summary>What a station does with a desktop on its screen that nobody touches any more.</summary>
public enum IdleAct
{
    /// <summary>The picture goes; the station asks for that person's password, or for somebody else.</summary>
    Lock,

    /// <summary>The station is free; the desktop waits for its person at any station.</summary>
    Disconnect,

    /// <summary>The desktop is closed, programs end.</summary>
    SignOut,
}

/// <summary>When it does so. Written <c>lock after 15m, warn 30s</c>; <c>off</c> is never.</summary>
/// <param name="Act">What.</param>
/// <param name="After">How long keyboard and mouse have not been touched; 10 s to 24 h.</param>
/// <param name="Warn">How long before that it is counted down on the screen; 5 s to <paramref name="After"/>.</param>
public sealed partial record WhenIdle(IdleAct Act, TimeSpan After, TimeSpan Warn)
{
    /// <summary>Name of the setting.</summary>
    public const string Setting = "when_idle";

    /// <summary>The text for: never.</summary>
    public const string Never = "off";

    /// <summary>What stands where nothing else is named: a desk.</summary>
    public const string AtADesk = "lock after 15m, warn 30s";

    /// <summary>The kind of a place where anybody may sit down.</summary>
    public const string Public = "public";

    private static readonly TimeSpan _shortest = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _longest = TimeSpan.FromHours(24);
    private static readonly TimeSpan _shortestWarning = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _usualWarning = TimeSpan.FromSeconds(30);

    private static readonly ImmutableDictionary<string, IdleAct> _acts =
        ImmutableDictionary.CreateRange([KeyValuePair.Create("lock", IdleAct.Lock), KeyValuePair.Create("disconnect", IdleAct.Disconnect), KeyValuePair.Create("sign-out", IdleAct.SignOut)]);

    /// <summary>What each kind of station does where its place names nothing else, by the kind's name in the city file.</summary>
    public static readonly ImmutableSortedDictionary<string, string> OfKinds = ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal,
    [
        KeyValuePair.Create("desk", AtADesk),
        // The teacher sees the room, and a pupil who listens touches nothing.
        KeyValuePair.Create("classroom", Never),
        // Whoever comes next must find it free, and must not see what was there.
        KeyValuePair.Create(Public, "disconnect after 5m, warn 30s"),
        // They go on in another room within seconds; an open screen there shows patients.
        KeyValuePair.Create("care", "disconnect after 3m, warn 20s"),
    ]);

    /// <summary>Reads it.</summary>
    /// <returns>Null: it is neither <see cref="Never"/> nor of that form.</returns>
    public static string? Spelled(string text) =>
        string.Equals(text, Never, StringComparison.OrdinalIgnoreCase) ? Never : Parse(text)?.ToString();

    /// <summary>Reads when; null = never, and whatever is not of that form.</summary>
    public static WhenIdle? Parse(string text)
    {
        var match = Form().Match(text.ToLowerInvariant());
        if (!match.Success || WrittenTime.Read(match.Groups["after"].Value) is not { } after) return null;
        var warn = match.Groups["warn"].Success ? WrittenTime.Read(match.Groups["warn"].Value) : after < _usualWarning ? after : _usualWarning;
        return after < _shortest || after > _longest || warn < _shortestWarning || warn > after || warn is null ? null : new WhenIdle(_acts[match.Groups["act"].Value], after, warn.Value);
    }

    /// <summary>As it is written.</summary>
    public override string ToString() => $"{_acts.First(act => act.Value == Act).Key} after {WrittenTime.Of(After)}, warn {WrittenTime.Of(Warn)}";

    [GeneratedRegex(@"\A(?<act>lock|disconnect|sign-out) +after +(?<after>[0-9]{1,6}[smh])( *, *warn +(?<warn>[0-9]{1,6}[smh]))?\z")]
    private static partial Regex Form();
}
