using VdiBroker.Shim.Brokers;

namespace VdiBroker.Shim.Sessions;

/// <summary>Counts the reconnections of a session: so many within so long, then no more.</summary>
internal sealed class Tries(TimeProvider clock)
{
    /// <summary>Reconnections allowed within <see cref="Window"/>.</summary>
    public const int Allowed = 5;

    /// <summary>What is older than this is forgotten: a desktop that ran for so long is not at its first trouble.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(60);

    private static readonly Pause Between = new(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(8));

    private readonly Queue<DateTimeOffset> _recent = new();

    /// <summary>Tries made within the window.</summary>
    public int Made
    {
        get
        {
            while (_recent.TryPeek(out var oldest) && clock.GetUtcNow() - oldest > Window) _recent.Dequeue();
            return _recent.Count;
        }
    }

    /// <summary>Takes one more try and says how long to wait before it; null when none is left.</summary>
    public TimeSpan? Next()
    {
        if (Made >= Allowed) return null;
        _recent.Enqueue(clock.GetUtcNow());
        return Between.After(_recent.Count);
    }
}
