using System.Text.RegularExpressions;
using VdiBroker.City;
using VdiBroker.City.Brokers;
using VdiBroker.City.Processes;
using VdiBroker.ThinClientShim.Tests.Peers;
using Xunit;

namespace VdiBroker.ThinClientShim.Tests;

/// <summary>The station's program at the real broker, from the first code to its renewed certificate. The city's directory is not there: that it is missed shows that the broker took the station's question.</summary>
public sealed partial class EnrolmentCityTests : AtAStation
{
    private const string City = "test-city";

    [Fact]
    public async Task A_station_is_admitted_by_what_its_screen_shows_renews_by_itself_and_asks_for_a_name()
    {
        var address = Loopback.Pick().Address(1);
        var certificates = await CityCertificates.CreateAsync(CityPrograms.BuiltBroker, Station.At("ca"), City);
        await using var broker = BrokerProcess.At(CityPrograms.BuiltBroker, Station.At("broker"), address, Loopback.FreePort(address));
        await File.WriteAllTextAsync(Path.Combine(broker.Folder, "city.yaml"), CityFile(certificates.CaFile));
        await File.WriteAllTextAsync(Path.Combine(broker.Folder, "password"), "none");
        await broker.ConfigureAsync(certificates, enrolment: await certificates.ForStationsAsync(Station.At("stations-ca"), City, "1m"));
        await broker.StartAsync();
        Station.Write("ca.crt", await File.ReadAllTextAsync(certificates.CaFile));

        Station.StartUnknown([broker.Uri], "language = en");
        await Station.StepAsync("enrolling");
        await Station.SaysAsync("New station");
        var code = Code().Match(Station.Screen).Value;
        var waiting = (await broker.OperatorAsync("station", "waiting")).Output;
        Assert.Contains(code, waiting, StringComparison.Ordinal);
        // What the screen shows in lines the operator is shown in a row.
        Assert.All(Fingerprint().Matches(Station.Screen).Select(line => line.Value), line => Assert.Contains(line, waiting, StringComparison.Ordinal));

        var accepted = await broker.OperatorAsync("station", "accept", code, "--name", "accueil-1", "--place", "couloir");
        Assert.Equal((0, ""), (accepted.Status, accepted.Error));
        await Station.StepAsync("enrolled name=accueil-1");
        await Station.StepAsync("renewed");
        await Station.SaysAsync("Your name:");
        Station.Type("amelie\nwhatever");
        await Station.SaysAsync("The city's directory does not answer");

        var revoked = await broker.OperatorAsync("station", "revoke", "accueil-1");
        Assert.Equal((0, ""), (revoked.Status, revoked.Error));
        // The broker hears of it by an event, a moment later.
        for (var asked = 2; !Station.Screen.Contains("taken out of service", StringComparison.Ordinal); asked++)
        {
            Assert.InRange(asked, 2, 20);
            Station.Type("amelie\nwhatever");
            await Station.SaysAsync("Your name:", asked + 1);
        }
    }

    private static string CityFile(string authority) => $$"""
        city: {{City}}
        farm: test
        directories:
          - { id: agglo, servers: ["ldaps://127.0.0.1:1"], ca: "{{authority}}", bind_dn: "cn=broker", bind_password_file: password, people: { base: "dc=city" }, groups: { base: "dc=city" } }
        tenants:
          - { id: drancy, name: Ville de Drancy, directory: agglo, people_under: "ou=drancy,dc=city" }
        hosts:
          - { id: blade1, address: 127.0.0.1, port: 3391, seats: 3 }
        pools:
          - { id: bureau, name: { fr: Bureau, en: Desktop }, hosts: [blade1] }
        entitlements:
          - { tenant: drancy, group: agents, pools: [bureau] }
        places:
          - { id: couloir, name: { fr: Couloir, en: corridor }, kind: care }
        """;

    [GeneratedRegex("[A-Z2-9]{4}-[A-Z2-9]{4}")]
    private static partial Regex Code();

    [GeneratedRegex("([0-9A-F]{2}:){7}[0-9A-F]{2}")]
    private static partial Regex Fingerprint();
}
