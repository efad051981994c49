using VdiBroker.Protocol.Station.V1;

namespace VdiBroker.Shim.Sessions;

/// <summary>How one showing of a desktop ended: by a wish, by a final notice, or for a reason to open it again.</summary>
/// <param name="Wish">The wish, or null.</param>
/// <param name="Final">The notice, or null.</param>
/// <param name="Why">The reason, for the journal.</param>
/// <param name="Stays">The picture is still there, and is to stay until another desktop is: it is better than none.</param>
internal readonly record struct ShowingEnd(Wish? Wish, SessionNotice? Final, string Why, bool Stays = false)
{
    /// <summary>Why, when the person gave up a desktop whose host is silent.</summary>
    public const string Replace = "replace";

    /// <summary>Why, when the machine refused the person's name or password.</summary>
    public const string LogonRefused = "logon-refused";

    /// <summary>Why, when no broker knows of the session any more.</summary>
    public const string Forgotten = "forgotten";

    /// <summary>Why, when the network was cut and is back: a connection that was cut may look alive for minutes.</summary>
    public const string NetworkBack = "network-back";

    /// <summary>Why, when the network is cut and the picture has gone.</summary>
    public const string NetworkCut = "network-cut";

    public static ShowingEnd By(Wish wish) => new(wish, null, "");

    public static ShowingEnd By(SessionNotice final) => new(null, final, "");

    public static ShowingEnd Again(string why) => new(null, null, why);

    public static ShowingEnd Other(string why) => new(null, null, why, Stays: true);
}

/// <summary>Whether a closing was told.</summary>
internal enum Heard
{
    /// <summary>One has taken it.</summary>
    ByABroker,

    /// <summary>None could be reached, or it was refused.</summary>
    ByNobody,
}
