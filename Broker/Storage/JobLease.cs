using System.Diagnostics;
using StackExchange.Redis;

namespace VdiBroker.Storage;

/// <summary>One holder's time at a job.</summary>
/// <param name="Fence">Grows with each taking over; who holds an older one has been replaced.</param>
/// <param name="IsNew">It began with this answer.</param>
/// <param name="From">When the store was asked, by this process's clock: the lease began there at the earliest, so that it is over here before it is over there.</param>
internal readonly record struct JobTerm(long Fence, bool IsNew, long From)
{
    /// <summary>False when somebody else may hold the job by now: whoever was frozen, or had to wait long, stops there. What was already under way is harmless by its own revision or fence.</summary>
    public bool IsHeld => Stopwatch.GetElapsedTime(From) < JobLease.Life;
}

/// <summary>The right to do a job that one broker at a time does: a lease by the store's clock, which ends by itself.</summary>
/// <param name="store">Where it is.</param>
/// <param name="key">Of the job.</param>
/// <param name="holder">This process; no other may have the same name.</param>
internal sealed class JobLease(RedisStore store, RedisKey key, string holder)
{
    /// <summary>Who does not renew it for so long has lost it.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(3);

    private static readonly Script _hold = new("hold_job");
    private static readonly Script _giveUp = new("give_up_job");
    private long _fence;

    /// <summary>Takes the job when nobody holds it, or goes on holding it.</summary>
    /// <returns>Null while somebody else holds it.</returns>
    /// <exception cref="StoreOutOfReachException">The store is out of reach.</exception>
    public async Task<JobTerm?> HoldAsync()
    {
        var from = Stopwatch.GetTimestamp();
        var parts = (RedisResult[])(await store.RunScriptAsync(_hold, [key], [holder, (long)Life.TotalMilliseconds]))!;
        _fence = (long)parts[0];
        return _fence == 0 ? null : new JobTerm(_fence, (long)parts[1] == 1, from);
    }

    /// <summary>Gives it up, where it is still held.</summary>
    /// <exception cref="StoreOutOfReachException">The store is out of reach; it ends by itself.</exception>
    public async Task GiveUpAsync()
    {
        if (_fence != 0) await store.RunScriptAsync(_giveUp, [key], [holder, _fence]);
        _fence = 0;
    }
}
