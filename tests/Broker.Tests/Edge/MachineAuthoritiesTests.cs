using VdiBroker.City.Processes;
using Xunit;

namespace VdiBroker.Broker.Tests.Edge;

/// <summary>The machine's own store of authorities, 140 as a rule, is in the way of each start: a real broker reads it only where somebody is trusted by it.</summary>
[Collection(OtherTownCollection.Name)]
public sealed class MachineAuthoritiesTests(Town town)
{
    private const string Store = "store.pem";

    [Theory]
    [InlineData("trusts-the-city", 60, "{}", false)]
    [InlineData("trusts-the-machine", 61, """{ "otlp": "https://127.0.0.1:9" }""", true)]
    public async Task They_are_read_only_where_somebody_is_trusted_by_them(string name, int host, string telemetry, bool read)
    {
        await using var broker = await town.StartMeasuredAsync(name, host, _ => telemetry);
        await Eventually.HoldsAsync("it has greeted itself", Peers.Patience, () => Greetings() == 1);
        await broker.StopAsync();
        File.Copy(town.Certificates.CaFile, Path.Combine(broker.Folder, Store));
        using var readings = new FileReadings(broker.Folder);
        await broker.StartAsync(new Dictionary<string, string> { ["SSL_CERT_FILE"] = Path.Combine(broker.Folder, Store), ["SSL_CERT_DIR"] = Path.Combine(broker.Folder, "state") });
        // Its first handshakes are with itself, and told: once for each start.
        await Eventually.HoldsAsync("it has greeted itself", Peers.Patience, () => Greetings() == 2);
        Assert.Equal(read, await readings.HaveAsync(Store));

        int Greetings() => File.ReadAllText(broker.LogFile).Split(" ms of these cores").Length - 1;
    }
}
