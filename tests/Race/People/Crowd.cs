using VdiBroker.City.Directory;

namespace VdiBroker.Race.People;

/// <summary>Who sits down next, and what for.</summary>
/// <param name="Person">Who.</param>
/// <param name="OnlyLook">An earlier opening or closing of theirs is in doubt: they look what runs, end it, and go.</param>
internal sealed record Turn(Townsperson Person, bool OnlyLook);

/// <summary>
/// Everybody, and what they remember: who is away from a running desktop, whose last call was never answered. Hands out who sits down next. Safe to call from anywhere.
/// </summary>
internal sealed class Crowd(IReadOnlyList<Townsperson> everybody)
{
    // So many may be away from desktops that run on: else nobody else would find a seat.
    private const int MostAway = 8;

    private readonly Lock _gate = new();
    private readonly Dictionary<Townsperson, int> _visits = [];
    private readonly List<Townsperson> _away = [];
    private readonly Queue<Townsperson> _unsure = [];
    private readonly HashSet<Townsperson> _seen = [];

    /// <summary>Everybody who ever sat down.</summary>
    public IReadOnlyList<Townsperson> Seen
    {
        get
        {
            lock (_gate) return [.. _seen];
        }
    }

    /// <summary>Takes somebody; <see cref="Leave"/> gives them back.</summary>
    public Turn Next(Random draw)
    {
        lock (_gate)
        {
            var turn = Choose(draw);
            _visits[turn.Person] = _visits.GetValueOrDefault(turn.Person) + 1;
            _away.Remove(turn.Person);
            _seen.Add(turn.Person);
            return turn;
        }
    }

    /// <summary>A visit is over.</summary>
    /// <param name="person">Whose.</param>
    /// <param name="end">How they went.</param>
    public void Leave(Townsperson person, VisitEnd end)
    {
        lock (_gate)
        {
            if (--_visits[person] == 0) _visits.Remove(person);
            if (end == VisitEnd.Unsure) _unsure.Enqueue(person);
            else if (end == VisitEnd.Away && !_away.Contains(person)) _away.Add(person);
        }
    }

    private Turn Choose(Random draw)
    {
        for (var n = _unsure.Count; n > 0; n--)
        {
            var person = _unsure.Dequeue();
            if (!_visits.ContainsKey(person)) return new Turn(person, OnlyLook: true);
            _unsure.Enqueue(person);
        }
        var fate = draw.NextDouble();
        if (_away.Count > 0 && (_away.Count > MostAway || fate < 0.1)) return new Turn(_away[draw.Next(_away.Count)], OnlyLook: false);
        // The same person at another station: they walked there, and did not sign out here.
        if (fate > 0.9 && _visits.Count > 0) return new Turn(_visits.Keys.ElementAt(draw.Next(_visits.Count)), OnlyLook: false);
        while (true)
        {
            var person = everybody[draw.Next(everybody.Count)];
            if (!_visits.ContainsKey(person)) return new Turn(person, OnlyLook: false);
        }
    }
}

/// <summary>How a visit ended, for what the person does next.</summary>
internal enum VisitEnd
{
    /// <summary>Nothing of theirs runs, as far as they know.</summary>
    Done,

    /// <summary>A desktop of theirs runs on.</summary>
    Away,

    /// <summary>They do not know what runs.</summary>
    Unsure,
}
