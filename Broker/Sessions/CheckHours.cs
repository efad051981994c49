using VdiBroker.Pools;
using VdiBroker.Protocol.Rpc.V1;

namespace VdiBroker.Sessions;

/// <summary>Refuses new desktops while a pool is closed; whoever has one there goes on with it.</summary>
internal sealed class CheckHours(SessionStore sessions)
{
    /// <summary>Checks one decision; outages of the store come as <see cref="Storage.StoreOutOfReachException"/>.</summary>
    /// <returns>Null when it may be carried out.</returns>
    public async Task<OpeningStep.Refused?> RunAsync(Pool pool, OpeningDecision decision)
    {
        if (pool.Hours is not { } hours || IsTheirsAlready(decision)) return null;
        var now = await sessions.NowAsync();
        if (OpeningHours.At(hours.Calendar, now) is not HoursState.Closed closed) return null;
        return new OpeningStep.Refused(ErrorCode.PoolClosed, $"pool '{pool.Id}', calendar '{hours.Calendar.Id}', opens {closed.Opens:u}")
        {
            Hours = closed,
            RetryAfter = closed.Opens - now,
        };
    }

    // While hosts come back nobody knows yet whether the person has a desktop.
    private static bool IsTheirsAlready(OpeningDecision decision) => decision switch
    {
        OpeningDecision.Resume or OpeningDecision.Superseded or OpeningDecision.AwaitHost => true,
        OpeningDecision.Place place => place.FindsAgain,
        _ => false,
    };
}
