using System.Collections.Concurrent;
using VdiBroker.Protocol.Rpc.V1;

namespace VdiBroker.Rpc;

/// <summary>
/// How much one peer may have under way at once, by the name in its certificate: a hostile station fills its own places and nobody else's. A classroom's rush comes
/// from as many stations, so nobody honest notices.
/// </summary>
/// <param name="most">Places for each peer.</param>
internal sealed class PeerLimits(int most)
{
    private readonly ConcurrentDictionary<string, int> _taken = new(StringComparer.Ordinal);

    /// <summary>Takes a place; disposing gives it back.</summary>
    /// <exception cref="RefusalException">All places of this peer are taken.</exception>
    public IDisposable Enter(string peer)
    {
        if (_taken.AddOrUpdate(peer, 1, (_, taken) => taken + 1) <= most) return new Place(() => Leave(peer));
        Leave(peer);
        throw new RefusalException(ErrorCode.TooManyAtOnce, $"{peer} has {most} calls of this kind under way");
    }

    private void Leave(string peer)
    {
        // The row goes with its last place: names come and go, memory must not only grow.
        if (_taken.AddOrUpdate(peer, 0, (_, taken) => taken - 1) == 0) _taken.TryRemove(new KeyValuePair<string, int>(peer, 0));
    }

    private sealed class Place(Action leave) : IDisposable
    {
        private Action? _leave = leave;

        public void Dispose() => Interlocked.Exchange(ref _leave, null)?.Invoke();
    }
}
