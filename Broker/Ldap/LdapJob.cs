namespace VdiBroker.Ldap;

/// <summary>One call that waits for a connection or is being made.</summary>
internal abstract class LdapJob
{
    private readonly Action<LdapJob> _onSlow;
    private volatile bool _dropped;

    private protected LdapJob(Action<LdapJob> onSlow, bool wantsFresh) => (_onSlow, WantsFresh) = (onSlow, wantsFresh);

    /// <summary>Only a connection made for it will do.</summary>
    public bool WantsFresh { get; }

    /// <summary>After a failure: whether it happened on a connection made for this call.</summary>
    public bool FailedFresh { get; private protected set; }

    /// <summary>True once it is being made.</summary>
    public bool IsStarted { get; private set; }

    /// <summary>Somebody waits for the answer.</summary>
    public bool IsWanted => !_dropped && !IsTold;

    private protected abstract bool IsTold { get; }

    /// <summary>Begins; false when nobody waits for it any more.</summary>
    public bool Start() => IsStarted = IsWanted;

    /// <summary>Asks, and notes the answer.</summary>
    public abstract Task MakeAsync(LdapClient client);

    /// <summary>Notes that it could not be asked.</summary>
    /// <param name="fault">Why.</param>
    /// <param name="fresh">On a connection made for this call.</param>
    public abstract void NoteFault(Exception fault, bool fresh);

    /// <summary>Tells the caller what was noted; the caller goes on on this thread.</summary>
    public abstract void Tell();

    /// <summary>Tells the caller, who goes on elsewhere.</summary>
    public void TellApart() => ThreadPool.UnsafeQueueUserWorkItem(static job => job.Tell(), this, preferLocal: false);

    /// <summary>It is not asked, or no longer waited for.</summary>
    public void Fail(Exception fault)
    {
        NoteFault(fault, fresh: false);
        TellApart();
    }

    /// <summary>The server has not answered for long; the call goes on.</summary>
    public void Slow() => _onSlow(this);

    /// <summary>Nobody waits for the answer any more.</summary>
    public void Drop() => _dropped = true;
}

/// <summary>One call, with what it answers.</summary>
/// <typeparam name="T">The answer.</typeparam>
/// <param name="call">What to ask.</param>
/// <param name="onSlow">Told when the server has not answered for long.</param>
/// <param name="wantsFresh">Only a connection made for it will do.</param>
internal sealed class LdapJob<T>(Func<LdapClient, Task<T>> call, Action<LdapJob> onSlow, bool wantsFresh) : LdapJob(onSlow, wantsFresh)
{
    private readonly TaskCompletionSource<T> _told = new();
    private Exception? _fault;
    private T _answer = default!;

    /// <summary>The answer.</summary>
    public Task<T> Answer => _told.Task;

    private protected override bool IsTold => _told.Task.IsCompleted;

    public override async Task MakeAsync(LdapClient client) => _answer = await call(client);

    public override void NoteFault(Exception fault, bool fresh) => (_fault, FailedFresh) = (fault, fresh);

    public override void Tell()
    {
        if (!IsWanted) return;
        _ = _fault is null ? _told.TrySetResult(_answer) : _told.TrySetException(_fault);
    }
}
