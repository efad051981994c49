using System.Diagnostics;
using System.Runtime.CompilerServices;
using VdiBroker.Pools;
using VdiBroker.Protocol.Rpc.V1;

namespace VdiBroker.Sessions;

/// <summary>
/// One opening's wait in the pool's queue. The place is kept for a moment when the call ends without a desktop: the station may only have changed its broker.
/// </summary>
internal sealed class PlaceInLine(WaitingRoom room) : IAsyncDisposable
{
    // After so long, or when it is their turn, all is read and decided anew: a sign-in that has ended, a session that was found again. The queue's own news cost no look of theirs.
    private static readonly TimeSpan _look = TimeSpan.FromSeconds(3);

    // A station that has heard nothing for minutes takes the broker for dead.
    private static readonly TimeSpan _tellAgain = TimeSpan.FromSeconds(30);

    // Hosts that were all there a moment ago may be back in another: whoever waits already has some patience more than their health has.
    private static readonly TimeSpan _whileDown = TimeSpan.FromSeconds(20);
    private WaitingPlace? _place;
    private long? _downSince;
    private QueueNews? _told;
    private long _toldAt;
    private string? _cause;

    /// <summary>They have a place.</summary>
    public bool IsIn => _place is not null;

    /// <summary>It is this person's turn.</summary>
    public bool MayClaim => _place?.Last is { Superseded: false, Standing.MayClaim: true };

    /// <summary>Somebody must wait: nothing is free for them, or others are before them.</summary>
    public bool MustWait(Pool pool, OpeningDecision decision)
    {
        if (!pool.Queues) return false;
        if (decision is OpeningDecision.AllDown or OpeningDecision.AllDraining or OpeningDecision.HomeGone { Because: { AllDown: true } or { AllDraining: true } })
            return decision.Placement is { SomeMissed: true } || (_place is not null && Stopwatch.GetElapsedTime(_downSince ??= Stopwatch.GetTimestamp()) < _whileDown);
        _downSince = null;
        return decision switch
        {
            OpeningDecision.AllFull or OpeningDecision.HomeGone => true,
            OpeningDecision.Place place => _place is not null && !MayClaim && !place.FindsAgain,
            _ => false,
        };
    }

    /// <summary>Waits until it is their turn, at most for a moment: then the opening is decided anew.</summary>
    /// <param name="opener">Who waits for what.</param>
    /// <param name="decision">Why they wait.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>What to tell meanwhile: <see cref="OpeningStep.Queued"/>; <see cref="OpeningStep.Refused"/> is the last, the wait was in vain.</returns>
    public async IAsyncEnumerable<OpeningStep> WaitAsync(Opener.Entitled opener, OpeningDecision decision, [EnumeratorCancellation] CancellationToken cancel)
    {
        var who = Who(opener.SignIn, decision);
        if (_place is null) _place = room.Enter(opener.Pool, who);
        else _place.Update(who);
        var began = Stopwatch.GetTimestamp();
        do
        {
            if (await _place.NextAsync(_look, cancel) is not { } news) yield break;
            if (Vain(news, decision) is { } refused)
            {
                yield return refused;
                yield break;
            }
            if (MayClaim) yield break;
            if (!IsNews(news)) continue;
            (_told, _toldAt) = (news, Stopwatch.GetTimestamp());
            yield return new OpeningStep.Queued(news, decision);
        }
        while (Stopwatch.GetElapsedTime(began) < _look);
    }

    private static WaitingHere Who(SignIn signIn, OpeningDecision decision) => new(signIn.Person, signIn.Station, signIn.Serial,
        First: decision is OpeningDecision.HomeGone or OpeningDecision.Place { GivenUp: not null }, decision.Placement?.Possible);

    private OpeningStep.Refused? Vain(QueueNews news, OpeningDecision decision)
    {
        if (news.Superseded) return new OpeningStep.Refused(ErrorCode.MovedElsewhere, "a newer sign-in holds the place in the queue");
        if (news.Waited < _place!.Pool.Waiting.Longest || news.Standing.MayClaim) return null;
        _cause = "too-long";
        return new OpeningStep.Refused(ErrorCode.WaitedTooLong, $"place {news.Standing.Place} of {news.Standing.Of} after {news.Waited.TotalMinutes:0} min") { Placement = decision.Placement };
    }

    // How long somebody has waited is no news to them.
    private bool IsNews(QueueNews news) =>
        (news.Standing, news.About) != (_told?.Standing, _told?.About) || Stopwatch.GetElapsedTime(_toldAt) > _tellAgain;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _place is null ? ValueTask.CompletedTask : new ValueTask(room.LeaveAsync(_place, _cause));
}
