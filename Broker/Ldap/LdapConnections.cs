using System.Diagnostics;

namespace VdiBroker.Ldap;

/// <summary>
/// A bounded number of kept connections to one server, each for one call at a time. They are made with the work, and closed when there has been none for <see cref="IdleLimit"/>. A call
/// goes out on its caller's own thread where a connection is free, else it waits in a bounded queue; no thread waits for an answer. Safe for concurrent use.
/// </summary>
internal sealed class LdapConnections : IDisposable
{
    /// <summary>The most calls that wait for a connection: about what one slapd answers within a deadline (4,600 sign-ins a second were measured).</summary>
    public const int QueueLength = 4096;

    /// <summary>A connection unused for this long is closed before a firewall or the server does it unheard.</summary>
    public static readonly TimeSpan IdleLimit = TimeSpan.FromSeconds(45);

    // Unused for so long, a connection may be dead without a sign of it: it gets the short patience, then a fresh one is asked.
    private static readonly TimeSpan DoubtAfter = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Queue<LdapJob> _waiting = new();
    private readonly List<Kept> _idle = [];
    private readonly LdapServiceOptions _options;
    private readonly Func<Action, Task<LdapClient>> _open;
    private readonly Timer _sweep;
    private int _kept;
    private int _stuck;
    private bool _closed;

    /// <summary>Prepares them; connections are made when needed.</summary>
    /// <param name="options">Bounds.</param>
    /// <param name="open">Makes a connection ready for work, and tells when that is slow.</param>
    public LdapConnections(LdapServiceOptions options, Func<Action, Task<LdapClient>> open)
    {
        _options = options;
        _open = open;
        _sweep = new Timer(_ => Sweep());
    }

    /// <summary>Gives a call to the next free connection.</summary>
    /// <returns>False when too many wait already.</returns>
    public bool TryGive(LdapJob job)
    {
        Kept? free;
        lock (_gate)
        {
            if (_closed || _waiting.Count >= QueueLength) return false;
            free = Free();
            if (free is null) _waiting.Enqueue(job);
        }
        if (free is not null) _ = WorkAsync(free, job);
        return true;
    }

    /// <summary>Sends away whoever waits in the queue: the server will not answer them, or not soon.</summary>
    public void SendAway(DirectoryOutOfReachException cause)
    {
        LdapJob[] waiting;
        lock (_gate)
        {
            waiting = [.. _waiting];
            _waiting.Clear();
        }
        foreach (var job in waiting) job.Fail(cause);
    }

    public void Dispose()
    {
        Kept[] idle;
        lock (_gate)
        {
            _closed = true;
            idle = [.. _idle];
            _idle.Clear();
            _sweep.Dispose();
        }
        foreach (var kept in idle) kept.Drop();
        SendAway(new DirectoryOutOfReachException(Outage.Lost, $"directory {_options.Id}: this broker is stopping"));
    }

    // The one used last: the others may come to rest. Within the gate.
    private Kept? Free()
    {
        if (_idle is [.., var last])
        {
            _idle.RemoveAt(_idle.Count - 1);
            return last;
        }
        if (_kept == _options.Connections) return null;
        _kept++;
        return new Kept();
    }

    private async Task WorkAsync(Kept kept, LdapJob job)
    {
        while (true)
        {
            if (job.Start())
            {
                lock (_gate) kept.Job = job;
                await DoAsync(kept, job);
            }
            // The connection goes on before the caller does.
            if (Next(kept) is not { } next)
            {
                job.Tell();
                return;
            }
            job.TellApart();
            job = next;
        }
    }

    private LdapJob? Next(Kept kept)
    {
        lock (_gate)
        {
            kept.Job = null;
            if (kept.IsReplaced) _stuck--;
            else if (_waiting.TryDequeue(out var next)) return next;
            else if (_closed || kept.Client is null) _kept--;
            else
            {
                if (_idle.Count == 0) _sweep.Change(IdleLimit, Timeout.InfiniteTimeSpan);
                _idle.Add(kept);
                return null;
            }
        }
        kept.Drop();
        return null;
    }

    private async Task DoAsync(Kept kept, LdapJob job)
    {
        var fresh = true;
        try
        {
            if (kept.Client is { } old && (old.IsStale || job.WantsFresh)) kept.Drop();
            fresh = kept.Client is null;
            var doubtful = !fresh && Stopwatch.GetElapsedTime(kept.LastUse) > DoubtAfter;
            kept.Client ??= await _open(() => Slow(kept, job));
            var budget = new LdapBudget(Environment.TickCount64 + (long)(2 * _options.Deadline).TotalMilliseconds, () => job.IsWanted);
            kept.Client.Bound(doubtful ? _options.Patience : _options.Deadline, _options.Patience, () => Slow(kept, job), budget);
            await job.MakeAsync(kept.Client);
        }
        catch (Exception fault)
        {
            // Whatever it is belongs to the caller; the next call gets a new connection where this one is of no more use.
            if (fault is not DirectoryOutOfReachException { Outage: Outage.Unwilling }) kept.Drop();
            job.NoteFault(fault, fresh);
        }
        kept.LastUse = Stopwatch.GetTimestamp();
    }

    // On the alarm's thread. A connection that is stuck is replaced, once, so that those behind it do not wait for it: there are twice as many at most.
    private void Slow(Kept kept, LdapJob job)
    {
        (Kept, LdapJob)? instead = null;
        lock (_gate)
        {
            // Its call may have ended while the alarm rang: then it is somebody else's, or nobody's.
            if (kept.Job != job) return;
            if (!kept.IsReplaced && _stuck < _options.Connections)
            {
                kept.IsReplaced = true;
                _stuck++;
                _kept--;
                if (_waiting.TryDequeue(out var next)) instead = (Free()!, next);
            }
        }
        if (instead is var (another, waiting)) _ = WorkAsync(another, waiting);
        job.Slow();
    }

    private void Sweep()
    {
        Kept[] old;
        lock (_gate)
        {
            if (_closed) return;
            // By one reading of the clock: what is left is not old, and the time until it is so never negative.
            var now = Stopwatch.GetTimestamp();
            old = [.. _idle.Where(kept => Stopwatch.GetElapsedTime(kept.LastUse, now) >= IdleLimit)];
            _kept -= old.Length;
            _idle.RemoveAll(kept => old.Contains(kept));
            if (_idle.Count > 0) _sweep.Change(IdleLimit - Stopwatch.GetElapsedTime(_idle.Min(kept => kept.LastUse), now), Timeout.InfiniteTimeSpan);
        }
        foreach (var kept in old) kept.Drop();
    }

    private sealed class Kept
    {
        public LdapClient? Client { get; set; }

        /// <summary>The call that is being made on it. Within the gate.</summary>
        public LdapJob? Job { get; set; }

        public long LastUse { get; set; }

        /// <summary>Another does its work; it ends when its call is back. Within the gate.</summary>
        public bool IsReplaced { get; set; }

        public void Drop()
        {
            Client?.Dispose();
            Client = null;
        }
    }
}
