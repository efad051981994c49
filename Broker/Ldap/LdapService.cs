using System.Collections.Immutable;
using System.Globalization;

namespace VdiBroker.Ldap;

/// <summary>A server's state, for whoever looks after it.</summary>
internal sealed record ServerState(LdapServer Server, Breaker Breaker);

/// <summary>
/// One directory with all its servers. A call goes to the first server whose breaker is closed; when that fails or has not answered for
/// <see cref="LdapServiceOptions.SwitchAfter"/>, it is made once more, on the next one (or on a fresh connection where there is no other). While none answers,
/// callers wait for the trial under way, a second at most, and are told.
/// </summary>
internal sealed class LdapService : IDisposable
{
    // Lets the connection's own, better explained answer come first.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan TrialPatience = TimeSpan.FromSeconds(1);

    private readonly LdapServiceOptions _options;
    private readonly ImmutableArray<LdapServerLine> _lines;

    public LdapService(LdapServiceOptions options, LdapLog log, TimeProvider time)
    {
        _options = options;
        _lines = [.. options.Servers.Select(server => new LdapServerLine(server, options, log, time))];
    }

    /// <summary>Its id.</summary>
    public string Id => _options.Id;

    /// <summary>True while one of its servers is known to answer.</summary>
    public bool Answers => _lines.Any(line => line.Breaker.Phase == BreakerPhase.Closed);

    /// <summary>What is known of each server, in the order of preference.</summary>
    public ImmutableArray<ServerState> States => [.. _lines.Select(line => new ServerState(line.Server, line.Breaker))];

    /// <summary>Asks as the broker. What is asked may be asked twice.</summary>
    /// <exception cref="DirectoryOutOfReachException">No server could be asked in time, or the one asked would not.</exception>
    public Task<T> AskAsync<T>(Func<LdapClient, Task<T>> call, CancellationToken cancel) => RunAsync(line => line.Searches, call, cancel);

    /// <summary>Checks a password.</summary>
    /// <returns>The server's answer; codes that say that the server is ill are never among them.</returns>
    /// <exception cref="DirectoryOutOfReachException">No server could be asked in time.</exception>
    public Task<LdapAnswer> BindAsync(string dn, string password, CancellationToken cancel) => RunAsync(line => line.Checks, client => CheckAsync(client, dn, password), cancel);

    /// <summary>Binds as a person and does one thing more on that connection, whatever the bind's answer was. Never sent again after a failure.</summary>
    /// <param name="dn">The person's entry.</param>
    /// <param name="password">Their password.</param>
    /// <param name="call">The thing, with the bind's answer.</param>
    /// <param name="elsewhere">True for an outcome that says that this server does no such thing (it takes no changes): the next one is asked, once.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="DirectoryOutOfReachException">No server could be asked in time; the thing may have been done or not.</exception>
    public async Task<T> AsPersonAsync<T>(string dn, string password, Func<LdapClient, LdapAnswer, Task<T>> call, Func<T, bool> elsewhere, CancellationToken cancel)
    {
        async Task<T> DoAsync(LdapClient client) => await call(client, await CheckAsync(client, dn, password));
        var first = Next(null) ?? await AwaitTrialAsync(cancel);
        var outcome = await AskAsync(first, first.Checks, new LdapJob<T>(DoAsync, _ => { }, wantsFresh: true), cancel);
        return elsewhere(outcome) && Next(first) is { } second
            ? await AskAsync(second, second.Checks, new LdapJob<T>(DoAsync, _ => { }, wantsFresh: true), cancel)
            : outcome;
    }

    public void Dispose()
    {
        foreach (var line in _lines) line.Dispose();
    }

    private static async Task<LdapAnswer> CheckAsync(LdapClient client, string dn, string password)
    {
        var answer = await client.BindAsync(dn, password);
        return LdapResult.IsOfTheServer(answer.Code) ? throw LdapConnector.Unwilling(client.Server, answer.Code) : answer;
    }

    private async Task<T> RunAsync<T>(Func<LdapServerLine, LdapConnections> connections, Func<LdapClient, Task<T>> call, CancellationToken cancel)
    {
        var first = Next(null) ?? await AwaitTrialAsync(cancel);
        var job = new LdapJob<T>(call, slow => GiveUpIfAnother(first, slow), wantsFresh: false);
        try
        {
            return await AskAsync(first, connections(first), job, cancel);
        }
        catch (DirectoryOutOfReachException fault) when (fault.Outage is not Outage.Crowded && !cancel.IsCancellationRequested)
        {
            // The next server; where there is none, the same one on a fresh connection, unless it was one already or the server is known not to answer.
            var second = Next(first) ?? (job.FailedFresh || !fault.IsOfTheServer || first.Breaker.Phase == BreakerPhase.Open ? null : first);
            if (second is null) throw;
            try
            {
                return await AskAsync(second, connections(second), new LdapJob<T>(call, _ => { }, wantsFresh: second == first), cancel);
            }
            catch (DirectoryOutOfReachException also) when (second != first)
            {
                throw new DirectoryOutOfReachException(also.Outage, $"{fault.Message}; {also.Message}", also) { Code = also.Code };
            }
        }
    }

    private async Task<T> AskAsync<T>(LdapServerLine line, LdapConnections connections, LdapJob<T> job, CancellationToken cancel)
    {
        var call = LdapTelemetry.Begin(Id, connections == line.Checks);
        try
        {
            var answer = await GiveAsync(line, connections, job, cancel);
            call.End();
            return answer;
        }
        catch (Exception fault)
        {
            call.End(LdapTelemetry.Word(fault));
            throw;
        }
    }

    private async Task<T> GiveAsync<T>(LdapServerLine line, LdapConnections connections, LdapJob<T> job, CancellationToken cancel)
    {
        if (!connections.TryGive(job)) throw new DirectoryOutOfReachException(Outage.Crowded, $"directory {Id}: {LdapConnections.QueueLength} calls wait already");
        try
        {
            var answer = await job.Answer.WaitAsync((2 * _options.Deadline) + Grace, cancel);
            line.Answered();
            return answer;
        }
        catch (DirectoryOutOfReachException fault)
        {
            if (fault.IsOfTheServer) line.Failed(fault, job.FailedFresh);
            throw;
        }
        catch (TimeoutException late)
        {
            var silent = new DirectoryOutOfReachException(job.IsStarted ? Outage.Silent : Outage.Crowded, $"{line.Server.Origin} does not answer in time", late);
            // Longer than any call may take: what blocks it (a resolver of names) blocks the next one too.
            if (job.IsStarted) line.Failed(silent, fresh: true);
            throw silent;
        }
        finally
        {
            job.Drop();
        }
    }

    // Called from a connection's alarm: the call has no answer for long. With another server to go to, the caller goes there, and who waits behind it too.
    private void GiveUpIfAnother(LdapServerLine line, LdapJob job)
    {
        if (!job.IsWanted || Next(line) is null) return;
        var silent = new DirectoryOutOfReachException(Outage.Silent,
            string.Create(CultureInfo.InvariantCulture, $"{line.Server.Origin} does not answer within {_options.Patience.TotalSeconds:0.##} s"));
        job.Fail(silent);
        line.SendAway(silent);
    }

    // The first server that is asked now: closed before suspect, never an open one.
    private LdapServerLine? Next(LdapServerLine? other)
    {
        LdapServerLine? suspect = null;
        foreach (var line in _lines)
        {
            if (line == other) continue;
            var phase = line.Breaker.Phase;
            if (phase == BreakerPhase.Closed) return line;
            if (phase == BreakerPhase.Suspect) suspect ??= line;
        }
        return suspect;
    }

    private async Task<LdapServerLine> AwaitTrialAsync(CancellationToken cancel)
    {
        var trials = _lines.Select(line => line.TrialAsync());
        await Task.WhenAny([.. trials, Task.Delay(TrialPatience, cancel)]);
        cancel.ThrowIfCancellationRequested();
        if (Next(null) is { } back) return back;
        var fault = _lines[0].Fault!;
        throw new DirectoryOutOfReachException(fault.Outage, string.Join("; ", _lines.Select(line => line.Breaker.Cause)), fault) { Code = fault.Code };
    }
}
