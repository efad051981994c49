using VdiBroker.Protocol.Station.V1;
using VdiBroker.Shim.Words;

namespace VdiBroker.Shim.Sessions;

/// <summary>The person at this station, however they are spoken to: at a terminal, or at the greeter.</summary>
internal interface IPerson
{
    /// <summary>The language in which they are spoken to now.</summary>
    Wording Words { get; }

    /// <summary>Tells what matters also when what is under way is over: an answer, a refusal, what to do.</summary>
    void Tell(string sentence);

    /// <summary>The same in the shim's own words.</summary>
    void Tell(string word, params object[] values);

    /// <summary>Tells what the helpdesk says, whoever is there or comes: it stands as long as a <see cref="HelpdeskMessage"/> does.</summary>
    void Announce(string sentence);

    /// <summary>Tells what is under way: of no interest once it is over.</summary>
    void Progress(string sentence);

    /// <summary>Greets somebody who has signed in, and speaks to them from now on as their profile says, or as they have just chosen.</summary>
    /// <param name="name">Theirs.</param>
    /// <param name="tenant">Of their town or body.</param>
    /// <param name="settings">From their profile.</param>
    void Greet(string name, string tenant, Settings settings);

    /// <summary>How they chose to read, once for each choice, to be signed; null = they chose nothing that was not taken already.</summary>
    PreferRequest? TakeChoice();

    /// <summary>Shows, large, by what an administrator admits this station.</summary>
    /// <param name="code">To be read out.</param>
    /// <param name="fingerprint">Of its key, in lines: to be compared by eye.</param>
    /// <param name="cancel">Until then.</param>
    /// <exception cref="OperationCanceledException">It was shown for long enough.</exception>
    Task ShowCodeAsync(string code, string fingerprint, CancellationToken cancel);

    /// <summary>Waits for somebody who gives name and password.</summary>
    /// <param name="only">The one name that may sign in here; null = any.</param>
    /// <param name="locked">Who has locked this station: it is they who are waited for, until somebody else says that it is not them; null = nobody.</param>
    /// <param name="welcome">How one sits down here.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>Null: nobody will come any more.</returns>
    Task<Comer?> NextAsync(string? only, LockedStation? locked, WelcomeReply welcome, CancellationToken cancel);

    /// <summary>A new password, typed twice and unseen. The caller wipes it.</summary>
    /// <returns>Null: given up.</returns>
    Task<byte[]?> NewPasswordAsync(CancellationToken cancel);

    /// <summary>The desktop to open: the only one, or the one that was chosen.</summary>
    /// <returns>Null: none of them.</returns>
    Task<DesktopChoice?> ChooseAsync(IReadOnlyList<DesktopChoice> desktops, CancellationToken cancel);

    /// <summary>From here to disposal wishes can be had: see <see cref="WishAsync"/>.</summary>
    IDisposable Wishing();

    /// <summary>True: while a desktop is on the screen nothing but a button over it can be pressed.</summary>
    bool NeedsBar { get; }

    /// <summary>The next wish. Does not end before there is one.</summary>
    Task<Wish> WishAsync(CancellationToken cancel);

    /// <summary>Something may be wanted from now on, or no longer.</summary>
    void Offer(Wish wish, bool open);

    /// <summary>The desktop is on the screen (true), or has gone from it.</summary>
    void Cover(bool covered);
}

/// <summary>Somebody at the station.</summary>
/// <param name="Name">As typed.</param>
/// <param name="Password">As typed; whoever has it wipes it.</param>
/// <param name="WantsChange">Not a desktop, but another password.</param>
internal sealed record Comer(string Name, byte[] Password, bool WantsChange)
{
    /// <summary>Whoever sits down at a public place: without a name.</summary>
    public static Comer Visitor { get; } = new("", [], WantsChange: false);
}

/// <summary>A station that somebody has locked: their desktop runs on, on nobody's screen.</summary>
/// <param name="Login">With which they signed in.</param>
/// <param name="Name">Theirs, for the screen.</param>
/// <param name="Pool">The desktop that they had.</param>
internal sealed record LockedStation(string Login, string Name, string Pool);

/// <summary>What a person may want of a running session.</summary>
internal enum Wish
{
    /// <summary>Free this station; the desktop waits.</summary>
    Leave,

    /// <summary>The same, and the station waits for this person, or for somebody else.</summary>
    Lock,

    /// <summary>Close the desktop.</summary>
    SignOut,

    /// <summary>Put off the end that was announced.</summary>
    Extend,

    /// <summary>Give up a desktop whose host is silent, and open a new one.</summary>
    Replace,
}
