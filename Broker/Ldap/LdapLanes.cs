using System.Diagnostics;

namespace VdiBroker.Ldap;

/// <summary>
/// A bounded number of threads, each with a kept connection of its own to one server: libldap blocks whoever calls it, and must never block a thread
/// that others wait for. Threads start with the work and end when there has been none for <see cref="IdleLimit"/>. Work waits in a bounded queue.
/// </summary>
internal sealed class LdapLanes : IDisposable
{
    /// <summary>The most calls that wait for a lane: about what one slapd answers within a deadline (4,600 sign-ins a second were measured).</summary>
    public const int QueueLength = 4096;

    /// <summary>A connection unused for this long is closed before a firewall or the server does it unheard.</summary>
    public static readonly TimeSpan IdleLimit = TimeSpan.FromSeconds(45);

    // Unused for so long, a connection may be dead without a sign of it: it gets the short patience, then a fresh one is asked.
    private static readonly TimeSpan DoubtAfter = TimeSpan.FromSeconds(10);

    private readonly JobQueue _queue = new(QueueLength);
    private readonly string _name;
    private readonly LdapServiceOptions _options;
    private readonly Func<Action, LdapClient> _open;
    private int _lanes;
    private int _stuck;

    /// <summary>Prepares the lanes; threads and connections are made when needed.</summary>
    /// <param name="name">Names the threads.</param>
    /// <param name="options">Bounds.</param>
    /// <param name="open">Makes a connection ready for work, and tells when that is slow.</param>
    public LdapLanes(string name, LdapServiceOptions options, Func<Action, LdapClient> open)
    {
        _name = name;
        _options = options;
        _open = open;
    }

    /// <summary>Gives a call to the next free lane.</summary>
    /// <returns>False when too many wait already.</returns>
    public bool TryGive(LdapJob job)
    {
        if (!_queue.TryAdd(job, out var isUrgent)) return false;
        if (isUrgent) StartLane();
        return true;
    }

    /// <summary>Sends away whoever waits in the queue: the server will not answer them, or not soon.</summary>
    public void SendAway(DirectoryOutOfReachException cause)
    {
        while (_queue.TryTake(TimeSpan.Zero) is { } job) job.Fail(cause, fresh: false);
    }

    public void Dispose()
    {
        _queue.Close();
        SendAway(new DirectoryOutOfReachException(Outage.Lost, $"directory {_options.Id}: this broker is stopping"));
    }

    private void StartLane()
    {
        if (Interlocked.Increment(ref _lanes) > _options.Connections)
        {
            Interlocked.Decrement(ref _lanes);
            return;
        }
        try
        {
            new Thread(Work) { IsBackground = true, Name = $"ldap {_name}" }.Start();
        }
        catch (Exception fault) when (fault is OutOfMemoryException or ThreadStartException)
        {
            // The machine has no thread to give: those lanes that there are go on.
            Interlocked.Decrement(ref _lanes);
        }
    }

    private void Work()
    {
        var lane = new Lane();
        while (!lane.IsReplaced && _queue.TryTake(IdleLimit) is { } job)
        {
            if (!job.Start()) continue;
            Do(job, lane);
            lane.LastUse = Stopwatch.GetTimestamp();
        }
        lane.Drop();
        if (lane.IsReplaced)
        {
            Interlocked.Decrement(ref _stuck);
            return;
        }
        Interlocked.Decrement(ref _lanes);
        // Work that came while this lane was leaving.
        if (_queue.HasWork) StartLane();
    }

    private void Do(LdapJob job, Lane lane)
    {
        var fresh = true;
        try
        {
            if (lane.Client is { } old && (old.IsStale || job.WantsFresh)) lane.Drop();
            fresh = lane.Client is null;
            var doubtful = !fresh && Stopwatch.GetElapsedTime(lane.LastUse) > DoubtAfter;
            lane.Client ??= _open(() => Slow(lane, job));
            var budget = new LdapBudget(Environment.TickCount64 + (long)(2 * _options.Deadline).TotalMilliseconds, () => job.IsWanted);
            lane.Client.Bound(doubtful ? _options.Patience : _options.Deadline, _options.Patience, () => Slow(lane, job), budget);
            job.Succeed(job.Call(lane.Client));
        }
        catch (Exception fault)
        {
            // Whatever it is belongs to the caller; the lane lives on, with a new connection where this one is of no more use.
            if (fault is not DirectoryOutOfReachException { Outage: Outage.Unwilling }) lane.Drop();
            job.Fail(fault, fresh);
        }
    }

    // On the alarm's thread. A lane that is stuck is replaced, once, so that those behind it do not wait for it: there are twice as many threads at most.
    private void Slow(Lane lane, LdapJob job)
    {
        if (!lane.IsReplaced && Interlocked.Increment(ref _stuck) <= _options.Connections)
        {
            lane.IsReplaced = true;
            Interlocked.Decrement(ref _lanes);
            if (_queue.HasWork) StartLane();
        }
        else if (!lane.IsReplaced)
        {
            Interlocked.Decrement(ref _stuck);
        }
        job.Slow();
    }

    private sealed class Lane
    {
        private volatile bool _isReplaced;

        public LdapClient? Client { get; set; }

        public long LastUse { get; set; }

        /// <summary>Another thread does its work; it ends when its call is back.</summary>
        public bool IsReplaced
        {
            get => _isReplaced;
            set => _isReplaced = value;
        }

        public void Drop()
        {
            Client?.Dispose();
            Client = null;
        }
    }
}

/// <summary>One call that waits for a lane or is being made.</summary>
/// <param name="call">What to ask.</param>
/// <param name="onSlow">Told when the server has not answered for long; the call goes on.</param>
/// <param name="wantsFresh">Only a connection made for it will do.</param>
internal sealed class LdapJob(Func<LdapClient, object?> call, Action<LdapJob> onSlow, bool wantsFresh)
{
    private readonly TaskCompletionSource<object?> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _dropped;

    public Func<LdapClient, object?> Call { get; } = call;

    public bool WantsFresh { get; } = wantsFresh;

    /// <summary>The answer.</summary>
    public Task<object?> Answer => _answer.Task;

    /// <summary>After a failure: whether it happened on a connection made for this call.</summary>
    public bool FailedFresh { get; private set; }

    /// <summary>True once a lane works on it.</summary>
    public bool IsStarted { get; private set; }

    /// <summary>Begins; false when nobody waits for it any more.</summary>
    public bool Start() => IsStarted = IsWanted;

    /// <summary>Somebody waits for the answer.</summary>
    public bool IsWanted => !_dropped && !_answer.Task.IsCompleted;

    public void Succeed(object? answer) => _answer.TrySetResult(answer);

    public void Fail(Exception fault, bool fresh)
    {
        FailedFresh = fresh;
        _answer.TrySetException(fault);
    }

    public void Slow() => onSlow(this);

    /// <summary>Nobody waits for the answer any more.</summary>
    public void Drop() => _dropped = true;
}
