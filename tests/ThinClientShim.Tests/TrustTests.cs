using VdiBroker.City.Processes;
using VdiBroker.ThinClientShim.Tests.Peers;
using Xunit;

namespace VdiBroker.ThinClientShim.Tests;

public sealed class TrustTests : AtAStation
{
    [Fact]
    public async Task A_broker_of_another_authority_gets_no_password()
    {
        var stranger = new TestAuthority();
        await using var broker = await ScriptedBroker.StartAsync(Station.Desk, stranger);
        await RefusedAsync(broker);
    }

    [Fact]
    public async Task A_broker_whose_certificate_names_another_address_gets_no_password()
    {
        await using var broker = await ScriptedBroker.StartAsync(Station.Desk, Station.Authority, Station.Authority.Broker("127.0.0.99"));
        await RefusedAsync(broker);
    }

    [Fact]
    public async Task A_station_of_another_authority_is_turned_away_with_a_sentence()
    {
        using var station = new TestAuthority().Station();
        Station.Write("station.crt", station.ExportCertificatePem());
        Station.Write("station.key", TestAuthority.KeyPem(station));
        var broker = await Station.BrokerAsync();
        await RefusedAsync(broker);
    }

    [Fact]
    public async Task The_machines_own_authorities_are_left_unread()
    {
        var broker = await Station.BrokerAsync();
        Station.Write("store.pem", await File.ReadAllTextAsync(Station.At("ca.crt")));
        using var readings = new FileReadings(Station.At(""));
        Station.Start([broker.Address], "", ["--user", ScriptedDesk.Login, "--password-fd", "0"], ["env", $"SSL_CERT_FILE={Station.At("store.pem")}"]);
        Station.Type(Station.Desk.Password);
        await Station.StepAsync("active");
        Assert.Contains("SSL_CERT_FILE=", await File.ReadAllTextAsync($"/proc/{Station.Process.Pid}/environ"), StringComparison.Ordinal);
        Assert.False(await readings.HaveAsync("store.pem"));
    }

    private async Task RefusedAsync(ScriptedBroker broker)
    {
        Station.Start([broker.Address], "", "--user", ScriptedDesk.Login, "--password-fd", "0");
        Station.Type(Station.Desk.Password);
        Assert.Equal(4, await Station.ExitAsync());
        Assert.Empty(Station.Desk.SignIns);
        Assert.Contains("Le service des bureaux ne répond pas.", Station.Screen, StringComparison.Ordinal);
    }
}
