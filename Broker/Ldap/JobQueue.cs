namespace VdiBroker.Ldap;

/// <summary>
/// Calls that wait for a lane, in their order. Whoever has none to do sleeps at once: a <c>BlockingCollection</c> spins first, which took a fifth of the broker's processor time in a
/// morning's storm, and from the very server that was waited for. Safe for concurrent use.
/// </summary>
/// <param name="length">The most that wait, at least 1.</param>
internal sealed class JobQueue(int length)
{
    private readonly object _gate = new();
    private readonly Queue<LdapJob> _jobs = new();
    private int _idle;
    private bool _closed;

    /// <summary>Somebody waits for a lane, and will be served.</summary>
    public bool HasWork
    {
        get
        {
            lock (_gate) return _jobs.Count > 0 && !_closed;
        }
    }

    /// <summary>Puts a call at the end.</summary>
    /// <param name="job">The call.</param>
    /// <param name="isUrgent">More wait now than there are takers.</param>
    /// <returns>False when too many wait already, or it is closed.</returns>
    public bool TryAdd(LdapJob job, out bool isUrgent)
    {
        lock (_gate)
        {
            isUrgent = false;
            if (_closed || _jobs.Count >= length) return false;
            _jobs.Enqueue(job);
            isUrgent = _idle < _jobs.Count;
            if (_idle > 0) Monitor.Pulse(_gate);
            return true;
        }
    }

    /// <summary>Takes the first call, and waits for one where there is none.</summary>
    /// <param name="patience">For how long.</param>
    /// <returns>Null when none came, or it is closed and empty.</returns>
    public LdapJob? TryTake(TimeSpan patience)
    {
        var until = Environment.TickCount64 + (long)patience.TotalMilliseconds;
        lock (_gate)
        {
            _idle++;
            try
            {
                while (_jobs.Count == 0)
                {
                    var left = until - Environment.TickCount64;
                    if (_closed || left <= 0) return null;
                    Monitor.Wait(_gate, (int)left);
                }
                return _jobs.Dequeue();
            }
            finally
            {
                _idle--;
            }
        }
    }

    /// <summary>Takes no more; who waits for a call goes.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.PulseAll(_gate);
        }
    }
}
