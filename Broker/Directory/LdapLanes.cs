using System.Collections.Concurrent;

namespace VdiBroker.Directory;

/// <summary>
/// A bounded number of threads, each with a kept connection of its own: libldap blocks whoever calls it, and must never block a thread
/// that others wait for. Work waits in a bounded queue; whoever waits too long is told so, and their work is dropped.
/// </summary>
internal sealed class LdapLanes : IDisposable
{
    /// <summary>The most calls that wait for a lane: about what one slapd answers within a deadline (4,600 sign-ins a second were measured).</summary>
    public const int QueueLength = 4096;

    /// <summary>A connection unused for this long is closed before a firewall or the server does it unheard.</summary>
    public static readonly TimeSpan IdleLimit = TimeSpan.FromSeconds(45);

    // Lets the lane's own, better explained answer come first.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(250);

    private readonly BlockingCollection<Job> _queue = new(QueueLength);
    private readonly CancellationTokenSource _closing = new();
    private readonly ServerOrder _order;
    private readonly Func<Uri, LdapClient> _open;
    private readonly TimeSpan _patience;
    private readonly string _name;

    /// <summary>Starts the threads; connections are made when needed.</summary>
    /// <param name="name">Names threads and messages.</param>
    /// <param name="options">Number of lanes and deadline.</param>
    /// <param name="order">The directory's servers.</param>
    /// <param name="open">Makes a connection ready for work.</param>
    public LdapLanes(string name, DirectoryOptions options, ServerOrder order, Func<Uri, LdapClient> open)
    {
        _name = name;
        _order = order;
        _open = open;
        _patience = options.Deadline * order.Count + Grace;
        for (var i = 0; i < options.Connections; i++)
            new Thread(Work) { IsBackground = true, Name = $"ldap {name}" }.Start();
    }

    /// <summary>Does one call on a kept connection.</summary>
    /// <exception cref="DirectoryOutOfReachException">No server could be asked in time.</exception>
    public async Task<T> RunAsync<T>(Func<LdapClient, T> call, CancellationToken cancel)
    {
        var job = new Job(client => call(client));
        if (!_queue.TryAdd(job)) throw new DirectoryOutOfReachException(Outage.Crowded, $"directory {_name}: {QueueLength} sign-ins wait already");
        try
        {
            return (T)(await job.Answer.Task.WaitAsync(_patience, cancel))!;
        }
        catch (TimeoutException late)
        {
            throw new DirectoryOutOfReachException(Outage.Silent, $"directory {_name} does not answer in time", late);
        }
        finally
        {
            job.Dropped = true;
        }
    }

    public void Dispose()
    {
        _queue.CompleteAdding();
        _closing.Cancel();
    }

    private void Work()
    {
        LdapClient? kept = null;
        try
        {
            while (!_queue.IsCompleted)
            {
                if (_queue.TryTake(out var job, (int)IdleLimit.TotalMilliseconds, _closing.Token)) Do(job, ref kept);
                else Drop(ref kept);
            }
        }
        catch (OperationCanceledException)
        {
            // closing
        }
        Drop(ref kept);
    }

    private void Do(Job job, ref LdapClient? kept)
    {
        if (job.Dropped) return;
        try
        {
            job.Answer.SetResult(Ask(job, ref kept));
        }
        catch (Exception fault)
        {
            // Whatever it is belongs to the caller; the lane lives on, with a new connection.
            Drop(ref kept);
            job.Answer.SetException(fault);
        }
    }

    private object? Ask(Job job, ref LdapClient? kept)
    {
        DirectoryOutOfReachException? last = null;
        foreach (var server in _order.Next())
        {
            if (job.Dropped) break;
            if (kept is not null && kept.Server != server) Drop(ref kept);
            for (var old = kept is not null; ; old = false)
            {
                try
                {
                    kept ??= _open(server);
                    var answer = job.Call(kept);
                    _order.Answered(server);
                    return answer;
                }
                catch (DirectoryOutOfReachException fault)
                {
                    last = fault;
                    Drop(ref kept);
                    // The other end closed a kept connection in the meantime: that says nothing about the server yet.
                    if (old && fault.Outage == Outage.Lost) continue;
                    _order.Failed(server, fault);
                    break;
                }
            }
        }
        throw last ?? new DirectoryOutOfReachException(Outage.Silent, $"directory {_name} does not answer in time");
    }

    private static void Drop(ref LdapClient? kept)
    {
        kept?.Dispose();
        kept = null;
    }

    private sealed class Job(Func<LdapClient, object?> call)
    {
        private volatile bool _dropped;

        public Func<LdapClient, object?> Call { get; } = call;

        public TaskCompletionSource<object?> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Nobody waits for the answer any more.</summary>
        public bool Dropped
        {
            get => _dropped;
            set => _dropped = value;
        }
    }
}
