using System.Diagnostics;
using VdiBroker.Pools;
using VdiBroker.Protocol.Rpc.V1;

namespace VdiBroker.Sessions;

/// <summary>
/// One opening's wait in the pool's queue. The place is kept for a moment when the call ends without a desktop: the station may only have changed its broker.
/// </summary>
internal sealed class PlaceInLine(WaitingRoom room) : IAsyncDisposable
{
    // A sign-in that has ended, a session that was found again: seen within this time, whatever the queue does.
    private static readonly TimeSpan _look = TimeSpan.FromSeconds(3);

    // Hosts that were all there a moment ago may be back in another.
    private static readonly TimeSpan _whileDown = TimeSpan.FromSeconds(20);
    private WaitingPlace? _place;
    private long? _downSince;
    private string? _cause;

    /// <summary>It is this person's turn.</summary>
    public bool MayClaim => _place?.Last is { Superseded: false, Standing.MayClaim: true };

    /// <summary>Somebody must wait: nothing is free for them, or others are before them.</summary>
    public bool MustWait(Pool pool, OpeningDecision decision, string user)
    {
        if (!Queues(pool)) return false;
        if (decision is OpeningDecision.AllDown or OpeningDecision.HomeGone { Because.AllDown: true })
            return _place is not null && Stopwatch.GetElapsedTime(_downSince ??= Stopwatch.GetTimestamp()) < _whileDown;
        _downSince = null;
        return decision switch
        {
            OpeningDecision.AllFull or OpeningDecision.HomeGone => true,
            OpeningDecision.Place place => _place is not null && !MayClaim && !place.Ranked[0].CarriesForgotten(user),
            _ => false,
        };
    }

    /// <summary>True when people wait for seats of the pool.</summary>
    public static bool Queues(Pool pool) => pool.Kind == PoolKind.Shared && pool.Waiting.Longest > TimeSpan.Zero;

    /// <summary>Waits for the next word.</summary>
    /// <returns><see cref="OpeningStep.Queued"/>, or <see cref="OpeningStep.Refused"/> when the wait was in vain; null while nothing is known.</returns>
    public async Task<OpeningStep?> NextAsync(Pool pool, SignIn signIn, OpeningDecision decision, CancellationToken cancel)
    {
        _place ??= room.Enter(pool, new WaitingHere(signIn.Person, signIn.Station, signIn.Serial, decision is OpeningDecision.HomeGone or OpeningDecision.Place { GivenUp: not null }, decision.Placement?.Possible));
        if (await _place.NextAsync(_look, cancel) is not { } news) return null;
        if (news.Superseded) return new OpeningStep.Refused(ErrorCode.MovedElsewhere, "a newer sign-in holds the place in the queue");
        if (news.Waited < pool.Waiting.Longest || news.Standing.MayClaim) return new OpeningStep.Queued(news, decision);
        _cause = "too-long";
        return new OpeningStep.Refused(ErrorCode.WaitedTooLong, $"place {news.Standing.Place} of {news.Standing.Of} after {news.Waited.TotalMinutes:0} min") { Placement = decision.Placement };
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _place is null ? ValueTask.CompletedTask : new ValueTask(room.LeaveAsync(_place, _cause));
}
