using System.Globalization;
using StackExchange.Redis;
using VdiBroker.City.Brokers;
using VdiBroker.City.Processes;
using VdiBroker.Storage;
using Xunit;

namespace VdiBroker.Broker.Tests.Storage;

/// <summary>Scripts go by their hash, and are sent again to a server that has forgotten them.</summary>
public sealed class ScriptTests : IAsyncLifetime
{
    private const int Together = 50;
    private static readonly Script _count = new Script("read_clock").Reading("return redis.call('INCR', KEYS[1])");
    private readonly string _folder = System.IO.Directory.CreateTempSubdirectory("vdi-script-").FullName;
    private RedisNode _server = null!;
    private RedisStore _store = null!;
    private ConnectionMultiplexer _admin = null!;

    public async Task InitializeAsync()
    {
        _server = await RedisNode.StartAloneAsync(_folder, Loopback.Pick().Address(1));
        _store = await RedisStore.ConnectAsync(new RedisOptions { Endpoints = [_server.Endpoint] });
        _admin = await ConnectionMultiplexer.ConnectAsync(new ConfigurationOptions { EndPoints = { _server.Endpoint }, AllowAdmin = true });
    }

    public async Task DisposeAsync()
    {
        await _admin.DisposeAsync();
        await _store.DisposeAsync();
        await _server.DisposeAsync();
        System.IO.Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_script_is_sent_once_and_each_call_of_it_runs_once_also_where_the_server_forgets_it()
    {
        for (var call = 1; call <= 3; call++) Assert.Equal(call, (int)await RunAsync());
        // A server that knows a hash is told nothing else: a wrong one would cost every call two round trips, and nobody would see it.
        Assert.True(await UnknownAsync() <= 1, $"{await UnknownAsync()} of 3 calls went by a hash that the server did not know");

        await _admin.GetServers()[0].ScriptFlushAsync();
        var before = await UnknownAsync();
        var counted = await Task.WhenAll(Enumerable.Range(0, Together).Select(_ => RunAsync()));
        Assert.Equal(Enumerable.Range(4, Together), counted.Select(result => (int)result).Order());
        Assert.InRange(await UnknownAsync() - before, 1, Together);
        var after = await UnknownAsync();
        Assert.Equal(4 + Together, (int)await RunAsync());
        Assert.Equal(after, await UnknownAsync());
    }

    private Task<RedisResult> RunAsync() => _store.RunScriptAsync(_count, ["counted"], []);

    // How often the server was asked for a script that it does not know.
    private async Task<int> UnknownAsync()
    {
        var errors = (await _admin.GetServers()[0].InfoAsync("errorstats")).SelectMany(section => section).ToDictionary();
        return errors.GetValueOrDefault("errorstat_NOSCRIPT") is { } told ? int.Parse(told["count=".Length..], CultureInfo.InvariantCulture) : 0;
    }
}
