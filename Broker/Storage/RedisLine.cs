using StackExchange.Redis;

namespace VdiBroker.Storage;

/// <summary>The connections to one server: the store's, for as long as it is the master.</summary>
/// <param name="Endpoint">Which one.</param>
/// <param name="Epoch">Number of the decision by which it became the master.</param>
/// <param name="Number">Of this line; each new one has a greater one.</param>
/// <param name="Calls">For calls and subscriptions.</param>
/// <param name="Commits">For <see cref="GroupCommit"/>, where replicas are waited for; else the same.</param>
internal sealed record RedisLine(string Endpoint, long Epoch, long Number, ConnectionMultiplexer Calls, ConnectionMultiplexer Commits) : IAsyncDisposable
{
    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Calls.DisposeAsync();
        if (Commits != Calls) await Commits.DisposeAsync();
    }
}
