using VdiBroker.City.Brokers;

namespace VdiBroker.Broker.Tests.Edge;

/// <summary>Two brokers of the town on a Redis of their own, which a test may kill.</summary>
internal sealed record TwoBrokers(string Folder, RedisNode Redis, BrokerProcess One, BrokerProcess Two) : IAsyncDisposable
{
    /// <summary>Starts them.</summary>
    /// <param name="town">Whose.</param>
    /// <param name="name">Of the brokers.</param>
    /// <param name="host">Their two host numbers begin there.</param>
    /// <param name="valid">Stations enrol, and their certificates hold for so long; the pool <c>paire</c> has a rule for the corridor then. Null: nobody enrols.</param>
    public static async Task<TwoBrokers> StartAsync(Town town, string name, int host, string? valid = null)
    {
        var folder = System.IO.Directory.CreateTempSubdirectory("vdi-two-").FullName;
        var redis = await RedisNode.StartAloneAsync(folder, "127.0.0.1");
        var enrolment = valid is null ? null : await town.Certificates.ForStationsAsync(Path.Combine(folder, "stations-ca"), "test-city", valid);
        Task<BrokerProcess> StartAsync(int n) => enrolment is null ? town.StartOnAsync($"{name}-{n}", host + n - 1, redis.Endpoint) : town.StartEnrollingAsync($"{name}-{n}", host + n - 1, redis.Endpoint, enrolment, WithRule);
        return new TwoBrokers(folder, redis, await StartAsync(1), await StartAsync(2));
    }

    public async ValueTask DisposeAsync()
    {
        await One.DisposeAsync();
        await Two.DisposeAsync();
        await Redis.DisposeAsync();
        System.IO.Directory.Delete(Folder, recursive: true);
    }

    private static string WithRule(string city) => city.Replace("hosts: [blade3, blade4] }", "hosts: [blade3, blade4], rules: [{ place: couloir, only: [blade4] }] }", StringComparison.Ordinal);
}
