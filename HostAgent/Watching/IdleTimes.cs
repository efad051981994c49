using System.Collections.Concurrent;
using VdiBroker.Agent.Linux;

namespace VdiBroker.Agent.Watching;

/// <summary>
/// For how long nobody has touched keyboard or mouse, asked of the X servers themselves: only of those that have a station, each at most once
/// in <see cref="Every"/>, few at a time. Answers are kept, so that a report never waits for one. Safe for concurrent use.
/// </summary>
internal sealed class IdleTimes(SessionWatch watch, AgentLog log, TimeProvider time)
{
    /// <summary>How often a server is asked.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    /// <summary>A server that does not answer within this time (its owner may have stopped it) is asked again in the next round.</summary>
    public static readonly TimeSpan AnsweredWithin = TimeSpan.FromSeconds(1);

    /// <summary>An answer older than this is none.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromSeconds(15);

    private const int AtOnce = 8;

    private readonly ConcurrentDictionary<SessionServer, (TimeSpan Idle, long Asked)> _answers = new();
    private readonly ConcurrentDictionary<SessionServer, bool> _silent = new();

    /// <summary>
    /// Until now, as far as the last answer tells, at most <see cref="Kept"/> ago; null while unknown. What was touched since then is heard of with the next answer; without
    /// the time since then the last touch would seem to move on from report to report.
    /// </summary>
    public TimeSpan? Of(SessionServer server) =>
        _answers.TryGetValue(server, out var answer) && time.GetElapsedTime(answer.Asked) is var since && since <= Kept ? answer.Idle + since : null;

    /// <summary>Asks until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        using var rounds = new PeriodicTimer(Every, time);
        do
        {
            try
            {
                await RoundAsync(cancel);
            }
            catch (IOException fault)
            {
                log.Error($"the host could not be looked at for idle sessions: {fault.Message}");
            }
        }
        while (await rounds.WaitForNextTickAsync(cancel));
    }

    private async Task RoundAsync(CancellationToken cancel)
    {
        var sessions = watch.Look().Where(session => session.Connected).ToList();
        var servers = sessions.Select(session => session.Server).ToHashSet();
        foreach (var gone in _answers.Keys.Concat(_silent.Keys).Where(server => !servers.Contains(server)).ToList())
        {
            _answers.TryRemove(gone, out _);
            _silent.TryRemove(gone, out _);
        }
        await Parallel.ForEachAsync(sessions, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel }, AskAsync);
    }

    private async ValueTask AskAsync(RunningSession session, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(AnsweredWithin);
        var asked = time.GetTimestamp();
        switch (await XIdle.AskAsync(session.Display, session.Server.Process, patience.Token))
        {
            case XIdle.Answer.Untouched { For: var idle }:
                _answers[session.Server] = (idle, asked);
                _silent.TryRemove(session.Server, out _);
                break;
            case XIdle.Answer.Unknown { Why: var why } when !cancel.IsCancellationRequested && _silent.TryAdd(session.Server, true):
                log.Warning($"for how long the session of {session.User} on display {session.Display} is untouched is unknown: {why}");
                break;
        }
    }
}
