using System.Globalization;
using StackExchange.Redis;

namespace VdiBroker.Storage;

/// <summary>Asks the Sentinels.</summary>
/// <param name="sentinels">Connected to all of them.</param>
/// <param name="master">Its name among them.</param>
internal sealed class SentinelFinder(ConnectionMultiplexer sentinels, string master) : IMasterFinder
{
    /// <inheritdoc/>
    public async Task<MasterFinding> FindAsync()
    {
        var answers = await Witness.AskAllAsync(sentinels, AskAsync);
        return MasterFinding.Newest(answers, $"no Sentinel answers that knows a master '{master}'");
    }

    /// <inheritdoc/>
    public async Task<TimeSpan?> PatienceAsync() => Witness.Least(await Witness.AskAllAsync(sentinels, async sentinel =>
        (await sentinel.SentinelMasterAsync(master)).ToDictionary(StringComparer.Ordinal).TryGetValue("down-after-milliseconds", out var silence) ? ("", long.Parse(silence, CultureInfo.InvariantCulture)) : null));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => sentinels.DisposeAsync();

    private async Task<(string Endpoint, long Epoch)?> AskAsync(IServer sentinel)
    {
        var said = (await sentinel.SentinelMasterAsync(master)).ToDictionary(StringComparer.Ordinal);
        return said.TryGetValue("ip", out var address) && said.TryGetValue("port", out var port) && said.TryGetValue("config-epoch", out var epoch)
            ? (Witness.Endpoint(address, port), long.Parse(epoch, CultureInfo.InvariantCulture))
            : null;
    }
}
