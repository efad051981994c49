using System.Globalization;
using VdiBroker.City.Brokers;

namespace VdiBroker.Broker.Tests.Edge;

/// <summary>Three brokers on one Redis, as a city runs them.</summary>
internal sealed record Fleet(RedisNode Redis, IReadOnlyList<BrokerProcess> Brokers) : IAsyncDisposable
{
    private const string Farm = "vdi:{test}:";

    /// <summary>Who does a job, under which term and until when by the store's clock; null while nobody has done it yet.</summary>
    public async Task<(BrokerProcess? Holder, long Term, long Until)?> JobAsync(string job)
    {
        var row = (await Redis.AskAsync("hmget", $"{Farm}job:{job}", "holder", "term", "until")).Split('\n');
        if (row is not [var holder, var term, var until] || holder.Length == 0) return null;
        var pid = int.Parse(holder.Split('/')[1], CultureInfo.InvariantCulture);
        return (Brokers.FirstOrDefault(broker => broker.Pid == pid), long.Parse(term, CultureInfo.InvariantCulture), long.Parse(until, CultureInfo.InvariantCulture));
    }

    /// <summary>A field of a session.</summary>
    public Task<string> SessionAsync(string session, string field) => Redis.AskAsync("hget", $"{Farm}session:{session}", field);

    /// <summary>Sets a field of a session.</summary>
    public Task<string> SetSessionAsync(string session, string field, string value) => Redis.AskAsync("hset", $"{Farm}session:{session}", field, value);

    /// <summary>How often an event stands in the farm's stream.</summary>
    public async Task<int> EventsAsync(string kind) => (await Redis.AskAsync("xrange", $"{Farm}events", "-", "+")).Split('\n').Count(line => line == kind);

    public async ValueTask DisposeAsync()
    {
        foreach (var broker in Brokers) await broker.DisposeAsync();
        await Redis.DisposeAsync();
    }
}
