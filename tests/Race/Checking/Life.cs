using VdiBroker.Race.History;

namespace VdiBroker.Race.Checking;

/// <summary>A session's life on one host, as the host saw it.</summary>
/// <param name="Session">Its id.</param>
/// <param name="Person">Whose account.</param>
/// <param name="Pool">Of which pool.</param>
/// <param name="Host">Where.</param>
/// <param name="From">When it came to life.</param>
/// <param name="Until">When it ended; <see cref="TimeSpan.MaxValue"/> = it lives.</param>
/// <param name="Cause">Why it ended.</param>
public sealed record Life(string Session, string Person, string Pool, string Host, TimeSpan From, TimeSpan Until, string Cause)
{
    /// <summary>Every life of a history. One id has several where a session ended and a ticket of it made another.</summary>
    public static IReadOnlyList<Life> All(IReadOnlyList<HistoryEvent> events)
    {
        var living = new Dictionary<(string Host, string Person), Life>();
        var lives = new List<Life>();
        foreach (var happened in events)
        {
            switch (happened)
            {
                case Started started:
                    End((started.Host, started.Person), started.At, "renamed");
                    living[(started.Host, started.Person)] = new Life(started.Session, started.Person, started.Pool, started.Host, started.At, TimeSpan.MaxValue, "");
                    break;
                case Gone gone:
                    End((gone.Host, gone.Person), gone.At, gone.Cause);
                    break;
                case Crashed crashed:
                    // Nothing ran any more at its end; whether it did in between nobody saw.
                    foreach (var key in living.Keys.Where(key => key.Host == crashed.Host).ToList()) End(key, crashed.From, "crashed");
                    break;
            }
        }
        return [.. lives, .. living.Values];

        void End((string Host, string Person) key, TimeSpan at, string cause)
        {
            if (living.Remove(key, out var life)) lives.Add(life with { Until = at, Cause = cause });
        }
    }
}
