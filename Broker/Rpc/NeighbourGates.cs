using System.Runtime.InteropServices;

namespace VdiBroker.Rpc;

/// <summary>A gate for each neighbourhood (<see cref="StrangersDoor.Neighbours"/>) while somebody of it is there: what one address does fills its own share, and whoever shares that address waits there. Safe for concurrent use.</summary>
/// <param name="rule">Who of one neighbourhood may begin.</param>
/// <param name="crowd">Whom it is for, for the log.</param>
/// <param name="time">Its clock.</param>
/// <param name="logger">Told that people are sent away.</param>
internal sealed class NeighbourGates(AdmissionRule rule, string crowd, TimeProvider time, ILogger logger)
{
    private readonly Lock _taking = new();
    private readonly Dictionary<string, (AdmissionGate Gate, int Here)> _gates = new(StringComparer.Ordinal);

    /// <summary>How many neighbourhoods have somebody here.</summary>
    public int Count
    {
        get
        {
            lock (_taking) return _gates.Count;
        }
    }

    /// <summary>Comes to the gate of the neighbourhood.</summary>
    /// <param name="neighbours">Which one.</param>
    /// <param name="patience">The longest wait for the turn.</param>
    /// <param name="cancel">Gives up waiting.</param>
    /// <returns>The place, to be disposed when the work is done; null = too many of them are here.</returns>
    public async ValueTask<IDisposable?> EnterAsync(string neighbours, TimeSpan patience, CancellationToken cancel)
    {
        Entry entry = default;
        var gate = Come(neighbours);
        try
        {
            entry = await gate.EnterAsync(patience, cancel);
        }
        finally
        {
            if (entry.Place is null) Go(neighbours);
        }
        return entry.Place is { } place ? new Share(this, neighbours, place) : null;
    }

    private AdmissionGate Come(string neighbours)
    {
        lock (_taking)
        {
            ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(_gates, neighbours, out var there);
            if (!there) known.Gate = new AdmissionGate(rule, $"{crowd} of {neighbours}", time, logger);
            known.Here++;
            return known.Gate;
        }
    }

    // A gate goes with the last of its neighbourhood: addresses come and go, memory must not only grow.
    private void Go(string neighbours)
    {
        lock (_taking)
        {
            ref var known = ref CollectionsMarshal.GetValueRefOrNullRef(_gates, neighbours);
            if (--known.Here == 0) _gates.Remove(neighbours);
        }
    }

    private sealed class Share(NeighbourGates gates, string neighbours, AdmissionGate.Admitted place) : IDisposable
    {
        private NeighbourGates? _gates = gates;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _gates, null) is not { } left) return;
            place.Dispose();
            left.Go(neighbours);
        }
    }
}
