using VdiBroker.City.Brokers;
using VdiBroker.City.Processes;
using VdiBroker.Storage;
using Xunit;

namespace VdiBroker.Broker.Tests.Storage;

/// <summary>One real Redis for the tests of a collection; each test works on a farm of its own, so none sees another's keys.</summary>
public sealed class RedisFixture : IAsyncLifetime
{
    private readonly string _folder = System.IO.Directory.CreateTempSubdirectory("vdi-redis-").FullName;
    private RedisNode? _server;

    internal string Endpoint => _server!.Endpoint;

    internal RedisStore Store { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        _server = await RedisNode.StartAloneAsync(_folder, Loopback.Pick().Address(1));
        Store = await RedisStore.ConnectAsync(new RedisOptions { Endpoints = [_server.Endpoint] });
    }

    public async Task DisposeAsync()
    {
        await Store.DisposeAsync();
        if (_server is not null) await _server.DisposeAsync();
        System.IO.Directory.Delete(_folder, recursive: true);
    }
}

[CollectionDefinition(Name)]
public sealed class RedisCollection : ICollectionFixture<RedisFixture>
{
    public const string Name = "redis";
}
