using VdiBroker.Rpc;

namespace VdiBroker.Directory;

/// <summary>
/// The places that one sign-in has at directories (<see cref="PeopleDirectory.Gate"/>), given back with it: who waits for a directory that hangs fills that one's share and nothing else. Safe for concurrent use.
/// </summary>
internal sealed class DirectoryPlaces : IDisposable
{
    // As long as at the gate before all sign-ins.
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(1);
    // Directories answer within milliseconds, and within this where processors are busy.
    private static readonly TimeSpan _longest = TimeSpan.FromMilliseconds(500);
    private readonly Lock _gate = new();
    private readonly List<(PeopleDirectory Directory, AdmissionGate.Admitted Place)> _taken = [];
    private readonly Action? _waits;
    private readonly ITimer? _late;
    private bool _over;

    /// <param name="waits">
    /// Called when a directory has none free, is known not to answer, or has not answered for long: as long as that takes, it must keep nobody from the gate before all sign-ins, and so many at once wait as have a place here. Null = nobody
    /// wants to know.
    /// </param>
    /// <param name="time">The clock.</param>
    public DirectoryPlaces(Action? waits, TimeProvider time)
    {
        _waits = waits;
        if (waits is not null) _late = time.CreateTimer(static waits => ((Action)waits!)(), waits, _longest, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Takes a place at a directory if there is one at once.</summary>
    /// <returns>False: as many wait for it as may.</returns>
    public bool TryTake(PeopleDirectory directory) => directory.Gate is not { } gate || (gate.TryEnter() is { } place && Keep(directory, place));

    /// <summary>Takes a place at a directory, and waits for it where there is none, or where the directory is known not to answer: then that is all that is waited for.</summary>
    /// <returns>Null = it may be asked; else too many wait for it: when to come back.</returns>
    public async ValueTask<TimeSpan?> TakeAsync(PeopleDirectory directory, CancellationToken cancel)
    {
        if (directory.Gate is not { } gate || (directory.IsAsked && TryTake(directory))) return null;
        _waits?.Invoke();
        var entry = await gate.EnterAsync(_patience, cancel);
        if (entry.Away is { } after) return after;
        // Whoever waited may have been answered elsewhere meanwhile.
        return Keep(directory, entry.Place!) ? null : AdmissionRule.ShortestAway;
    }

    /// <summary>A directory has answered, and it is not the one that knows the person.</summary>
    public void Leave(PeopleDirectory directory)
    {
        lock (_gate)
        {
            var at = _taken.FindIndex(one => one.Directory == directory);
            if (at < 0) return;
            _taken[at].Place.Dispose();
            _taken.RemoveAt(at);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _late?.Dispose();
        lock (_gate)
        {
            _over = true;
            foreach (var (_, place) in _taken) place.Dispose();
            _taken.Clear();
        }
    }

    private bool Keep(PeopleDirectory directory, AdmissionGate.Admitted place)
    {
        lock (_gate)
        {
            if (_over) place.Dispose();
            else _taken.Add((directory, place));
            return !_over;
        }
    }
}
