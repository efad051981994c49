namespace VdiBroker.Ldap;

/// <summary>One server of a directory: its connections, its breaker, and the trials apart that close the breaker again.</summary>
internal sealed class LdapServerLine : IDisposable
{
    private static readonly TimeSpan TrialPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan OwnAccountPause = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan CertificateWarning = TimeSpan.FromDays(14);

    private readonly Lock _gate = new();
    private readonly LdapServiceOptions _options;
    private readonly TimeProvider _time;
    private readonly LdapLog _log;
    private readonly CancellationTokenSource _closing = new();
    private readonly SemaphoreSlim _ring = new(0);
    private Breaker _breaker;
    private DirectoryOutOfReachException? _fault;
    private TaskCompletionSource _next = NewTrial();
    private readonly CertificateMemory _memory = new();
    private bool _trying;

    public LdapServerLine(LdapServer server, LdapServiceOptions options, LdapLog log, TimeProvider time)
    {
        Server = server;
        _options = options;
        _log = log;
        _time = time;
        _breaker = Breaker.New(time.GetUtcNow());
        Searches = new LdapConnections(options, OpenAsBrokerAsync);
        Checks = new LdapConnections(options, _ => Task.FromResult(new LdapClient(server, options.Deadline, _memory)));
    }

    public LdapServer Server { get; }

    /// <summary>Connections bound as the broker.</summary>
    public LdapConnections Searches { get; }

    /// <summary>Connections on which people are bound.</summary>
    public LdapConnections Checks { get; }

    /// <summary>Whether it is asked, since when and why not.</summary>
    public Breaker Breaker
    {
        get
        {
            lock (_gate) return _breaker;
        }
    }

    /// <summary>What opened the breaker last; null while nothing has.</summary>
    public DirectoryOutOfReachException? Fault
    {
        get
        {
            lock (_gate) return _fault;
        }
    }

    /// <summary>A call was answered.</summary>
    public void Answered()
    {
        // Mostly nothing changes: no lock for that.
        if (Volatile.Read(ref _breaker).Phase == BreakerPhase.Suspect) Change(now => _breaker.Answered(now));
    }

    /// <summary>A call failed for a reason of the server's.</summary>
    public void Failed(DirectoryOutOfReachException fault, bool fresh)
    {
        Change(now => _breaker.Failed(fresh, fault.Message, now), fault);
        StartTrials();
    }

    /// <summary>Nobody waits in vain behind calls that hang.</summary>
    public void SendAway(DirectoryOutOfReachException cause)
    {
        Searches.SendAway(cause);
        Checks.SendAway(cause);
    }

    /// <summary>Ends with a trial that began after this call and is made as soon as may be: the breaker may be closed then.</summary>
    public Task TrialAsync()
    {
        if (_ring.CurrentCount == 0) _ring.Release();
        lock (_gate) return _trying ? _next.Task : Task.CompletedTask;
    }

    public void Dispose()
    {
        _closing.Cancel();
        Searches.Dispose();
        Checks.Dispose();
    }

    private async Task<LdapClient> OpenAsBrokerAsync(Action? onSlow)
    {
        var client = await LdapConnector.OpenAsBrokerAsync(Server, _options, onSlow, _memory);
        NoteCertificate(client);
        return client;
    }

    private void Change(Func<DateTimeOffset, Breaker> next, DirectoryOutOfReachException? fault = null)
    {
        Breaker before, after;
        lock (_gate)
        {
            before = _breaker;
            after = _breaker = next(_time.GetUtcNow());
            if (fault is not null) _fault = fault;
        }
        if (after.Phase == before.Phase) return;
        switch (after.Phase)
        {
            case BreakerPhase.Open:
                _log.ServerOut(_options.Id, after.Cause);
                SendAway(fault!);
                break;
            case BreakerPhase.Suspect:
                _log.ServerSuspect(_options.Id, Server.Address.Authority, after.Cause);
                break;
            default:
                _log.ServerBack(_options.Id, Server.Address.Authority, Math.Round((after.Since - before.Since).TotalSeconds, 1));
                break;
        }
    }

    private void StartTrials()
    {
        lock (_gate)
        {
            if (_trying || _closing.IsCancellationRequested) return;
            _trying = true;
        }
        _ = TryUntilBackAsync();
    }

    // Apart from the connections for calls: none of those may be stuck on a server that does not answer.
    private async Task TryUntilBackAsync()
    {
        for (var back = false; !back && !_closing.IsCancellationRequested;)
        {
            var begun = Begin();
            var password = BrokerPassword.Stamp(_options);
            var cause = await TryAsync();
            Change(now => _breaker.Tried(cause?.Message, now), cause);
            lock (_gate)
            {
                back = _breaker.Phase == BreakerPhase.Closed;
                _trying = !back;
            }
            begun.TrySetResult();
            if (!back) await PauseAsync(cause!, password);
        }
        // Who waits for a trial that will not be made.
        Begin().TrySetResult();
    }

    private async Task PauseAsync(DirectoryOutOfReachException cause, long tried)
    {
        await Task.Delay(ShortestPause, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (cause.Outage != Outage.OwnAccount)
        {
            await RungAsync();
            return;
        }
        // Trying a refused password again and again locks the broker's account: only another password in the file is worth a trial, or a long time.
        for (var since = _time.GetTimestamp(); !_closing.IsCancellationRequested && BrokerPassword.Stamp(_options) == tried && _time.GetElapsedTime(since) < OwnAccountPause;)
        {
            await RungAsync();
            // Whoever rang is told at once, unless there is something new to try for them.
            if (BrokerPassword.Stamp(_options) == tried) Begin().TrySetResult();
        }
    }

    private async Task RungAsync() => await ((Task)_ring.WaitAsync(TrialPause, _closing.Token)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private TaskCompletionSource Begin()
    {
        lock (_gate)
        {
            var begun = _next;
            _next = NewTrial();
            return begun;
        }
    }

    private async Task<DirectoryOutOfReachException?> TryAsync()
    {
        try
        {
            using var client = await OpenAsBrokerAsync(null);
            return null;
        }
        catch (DirectoryOutOfReachException fault)
        {
            return fault;
        }
        catch (Exception fault)
        {
            // Nobody else would catch it.
            return new DirectoryOutOfReachException(Outage.Lost, $"{Server.Origin}: {fault.Message}", fault);
        }
    }

    // A certificate that is trusted and another than before: a renewal, told once; one that ends soon is told too.
    private void NoteCertificate(LdapClient client)
    {
        if (client.ServerCertificate is not { } shown || _memory.Note(shown) is not var (change, until)) return;
        if (change.Length > 0) _log.CertificateChanged(_options.Id, Server.Address.Authority, change);
        if (until - _time.GetUtcNow() < CertificateWarning) _log.CertificateEnds(_options.Id, Server.Address.Authority, until);
    }

    private static TaskCompletionSource NewTrial() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
