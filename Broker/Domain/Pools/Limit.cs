using System.Collections.Immutable;

namespace VdiBroker.Pools;

/// <summary>Why a desktop is ended that nobody signed out of.</summary>
public enum Limit
{
    /// <summary>Nobody touched keyboard or mouse for long.</summary>
    Idle,

    /// <summary>On nobody's screen for long.</summary>
    Disconnected,

    /// <summary>The longest life of a session in its pool.</summary>
    Longest,

    /// <summary>The pool closes.</summary>
    Hours,

    /// <summary>Its host is taken out of service.</summary>
    Drain,

    /// <summary>Its seat is asked back for the people of the tenant that it is guaranteed to.</summary>
    GiveBack,
}

/// <summary>Limits by their words in the store, in events and in records.</summary>
public static class LimitNames
{
    private static readonly ImmutableDictionary<Limit, string> _words = ImmutableDictionary<Limit, string>.Empty
        .Add(Limit.Idle, "idle").Add(Limit.Disconnected, "disconnected").Add(Limit.Longest, "longest")
        .Add(Limit.Hours, "hours").Add(Limit.Drain, "drain").Add(Limit.GiveBack, "give-back");

    /// <summary>The word of a limit.</summary>
    public static string Word(this Limit limit) => _words[limit];

    /// <summary>The limit of a word; null when it is none that this broker knows.</summary>
    public static Limit? Of(string word) => _words.Where(pair => pair.Value == word).Select(pair => (Limit?)pair.Key).FirstOrDefault();
}
