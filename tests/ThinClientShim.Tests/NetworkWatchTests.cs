using VdiBroker.Shim.Brokers;
using VdiBroker.Shim.Terminal;
using VdiBroker.ThinClientShim.Tests.Peers;
using Xunit;

namespace VdiBroker.ThinClientShim.Tests;

/// <summary>When the station says that the network is cut. The whole way, with a cable that is pulled, is among the end-to-end tests.</summary>
public sealed class NetworkWatchTests : IDisposable
{
    private const string Address = "127.0.0.1";

    private readonly SilentPort _broker = new();
    private readonly SilentPort _host = new();
    private readonly string _log = Path.GetTempFileName();
    private volatile bool _hearing = true;

    [Fact]
    public async Task The_network_is_cut_when_neither_a_broker_nor_the_host_answers_and_back_with_the_first_that_does()
    {
        using var journal = Journal.Open(_log);
        await using var watch = Watch(journal);
        await Task.WhenAll(_broker.FallSilentAsync(), _host.FallSilentAsync());
        var turned = watch.TurnedAsync();
        _hearing = false;
        await turned.WaitAsync(TestStation.Deadline);
        Assert.True(watch.IsCut);
        turned = watch.TurnedAsync();
        _host.Answers();
        await turned.WaitAsync(TestStation.Deadline);
        Assert.False(watch.IsCut);
        Assert.Contains("network-back seconds=", await File.ReadAllTextAsync(_log), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_that_is_dead_is_not_the_network()
    {
        using var journal = Journal.Open(_log);
        await using var watch = Watch(journal);
        await _broker.FallSilentAsync();
        _hearing = false;
        // A turn would have come by then: it takes the two seconds of one look.
        await Assert.ThrowsAsync<TimeoutException>(() => watch.TurnedAsync().WaitAsync(TimeSpan.FromSeconds(5)));
        Assert.False(watch.IsCut);
    }

    [Fact]
    public async Task While_a_broker_tells_of_the_desktop_nobody_is_asked()
    {
        using var journal = Journal.Open(_log);
        await using var watch = Watch(journal);
        await Task.WhenAll(_broker.FallSilentAsync(), _host.FallSilentAsync());
        await Assert.ThrowsAsync<TimeoutException>(() => watch.TurnedAsync().WaitAsync(TimeSpan.FromSeconds(5)));
        Assert.False(watch.IsCut);
    }

    [Fact]
    public async Task Who_refuses_is_there()
    {
        await _broker.FallSilentAsync();
        _host.Dispose();
        Assert.True(await Network.AnswersAsync([(Address, _broker.Port), (Address, 1)], CancellationToken.None));
        Assert.False(await Network.AnswersAsync([(Address, _broker.Port)], CancellationToken.None));
    }

    public void Dispose()
    {
        _broker.Dispose();
        _host.Dispose();
        File.Delete(_log);
    }

    private NetworkWatch Watch(Journal journal)
    {
        var watch = new NetworkWatch([new Uri($"https://{Address}:{_broker.Port}")], journal);
        watch.For(Address, _host.Port, () => _hearing);
        return watch;
    }
}
