using System.Collections.Concurrent;
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

    private readonly BlockingCollection<LdapJob> _queue = new(QueueLength);
    private readonly CancellationTokenSource _closing = new();
    private readonly string _name;
    private readonly LdapServiceOptions _options;
    private readonly Func<LdapClient> _open;
    private int _lanes;
    private int _idle;

    /// <summary>Prepares the lanes; threads and connections are made when needed.</summary>
    /// <param name="name">Names the threads.</param>
    /// <param name="options">Bounds.</param>
    /// <param name="open">Makes a connection ready for work.</param>
    public LdapLanes(string name, LdapServiceOptions options, Func<LdapClient> open)
    {
        _name = name;
        _options = options;
        _open = open;
    }

    /// <summary>Gives a call to the next free lane.</summary>
    /// <returns>False when too many wait already.</returns>
    public bool TryGive(LdapJob job)
    {
        if (_queue.IsAddingCompleted || !_queue.TryAdd(job)) return false;
        if (Volatile.Read(ref _idle) < _queue.Count) StartLane();
        return true;
    }

    /// <summary>Sends away whoever waits in the queue: the server will not answer them.</summary>
    public void SendAway(DirectoryOutOfReachException cause)
    {
        while (_queue.TryTake(out var job)) job.Fail(cause, fresh: true);
    }

    public void Dispose()
    {
        _queue.CompleteAdding();
        _closing.Cancel();
    }

    private void StartLane()
    {
        if (Interlocked.Increment(ref _lanes) > _options.Connections)
        {
            Interlocked.Decrement(ref _lanes);
            return;
        }
        new Thread(Work) { IsBackground = true, Name = $"ldap {_name}" }.Start();
    }

    private void Work()
    {
        LdapClient? kept = null;
        var lastUse = 0L;
        try
        {
            while (true)
            {
                Interlocked.Increment(ref _idle);
                LdapJob? job;
                try
                {
                    if (!_queue.TryTake(out job, (int)IdleLimit.TotalMilliseconds, _closing.Token)) break;
                }
                finally
                {
                    Interlocked.Decrement(ref _idle);
                }
                if (!job.Start()) continue;
                Do(job, ref kept, lastUse);
                lastUse = Stopwatch.GetTimestamp();
            }
        }
        catch (OperationCanceledException)
        {
            // closing
        }
        Drop(ref kept);
        Interlocked.Decrement(ref _lanes);
        // Work that came while this lane was leaving.
        if (_queue.Count > 0 && !_queue.IsAddingCompleted) StartLane();
    }

    private void Do(LdapJob job, ref LdapClient? kept, long lastUse)
    {
        var fresh = true;
        try
        {
            if (kept is not null && (kept.IsStale || job.WantsFresh)) Drop(ref kept);
            fresh = kept is null;
            kept ??= _open();
            var doubtful = !fresh && Stopwatch.GetElapsedTime(lastUse) > DoubtAfter;
            kept.Bound(doubtful ? Shorter : _options.Deadline, Shorter, job.Slow);
            job.Succeed(job.Call(kept));
        }
        catch (Exception fault)
        {
            // Whatever it is belongs to the caller; the lane lives on, with a new connection where this one is of no more use.
            if (fault is not DirectoryOutOfReachException { Outage: Outage.Unwilling }) Drop(ref kept);
            job.Fail(fault, fresh);
        }
    }

    private TimeSpan Shorter => _options.SwitchAfter < _options.Deadline ? _options.SwitchAfter : _options.Deadline;

    private static void Drop(ref LdapClient? kept)
    {
        kept?.Dispose();
        kept = null;
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
    public bool Start() => IsStarted = !_dropped && !_answer.Task.IsCompleted;

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
