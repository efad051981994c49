using VdiBroker.Shim.Brokers;

namespace VdiBroker.Shim.Sessions;

/// <summary>
/// Counts failures in a row: so many, then no more, however long each lasted. A clock would not do: a try that hangs takes longer than any
/// share of a window.
/// </summary>
internal sealed class Tries
{
    /// <summary>Reconnections allowed in a row.</summary>
    public const int Allowed = 5;

    /// <summary>The same for a machine that is shown the person's password and has shown no picture: if that is what it refuses, each more may lock the account.</summary>
    public const int AllowedUnseen = 1;

    /// <summary>A desktop that was active for longer than this is not at its earlier trouble any more: the count begins anew.</summary>
    public static readonly TimeSpan Settled = TimeSpan.FromSeconds(60);

    private static readonly Pause Between = new(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(8));

    /// <summary>Tries made since the desktop was last settled.</summary>
    public int Made { get; private set; }

    /// <summary>A showing is over that was active for so long.</summary>
    public void Shown(TimeSpan active)
    {
        if (active > Settled) Made = 0;
    }

    /// <summary>Takes one more try and says how long to wait before it; null when none is left.</summary>
    /// <param name="allowed">How many there may be.</param>
    public TimeSpan? Next(int allowed = Allowed) => Made < allowed ? Between.After(++Made) : null;
}
