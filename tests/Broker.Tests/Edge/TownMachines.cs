using VdiBroker.Broker.Tests.Machines;
using VdiBroker.City.Directory;
using VdiBroker.City.Processes;
using VdiBroker.Kernel;

namespace VdiBroker.Broker.Tests.Edge;

/// <summary>The PCs of the town that are not migrated yet.</summary>
internal sealed class TownMachines : IAsyncDisposable
{
    private TownMachines(Loopback network)
    {
        FakePc At(int last) => FakePc.At(network.Address(last));
        (Own, Shared, Stranger, Sleeper, Dead) = (At(31), At(32), At(33), At(34), At(35));
        Broadcast = network.Address(255);
    }

    /// <summary>Of one trainee alone: pc-1.</summary>
    public FakePc Own { get; }

    /// <summary>Of the two pupils, one at a time: pc-2.</summary>
    public FakePc Shared { get; }

    /// <summary>Declared with another certificate than it has: pc-3, of a councillor.</summary>
    public FakePc Stranger { get; }

    /// <summary>Of the pool <c>reveil</c>: pc-4, of the other trainee. It lies asleep.</summary>
    public FakePc Sleeper { get; }

    /// <summary>Of the pool <c>prise</c>: pc-5, of the first trainee. Its plug is pulled.</summary>
    public FakePc Dead { get; }

    /// <summary>Where the two are woken.</summary>
    public string Broadcast { get; }

    /// <summary>The sleeper's network card.</summary>
    public static MacAddress Card { get; } = MacAddress.Parse("3c:52:82:01:0a:04")!;

    public static TownMachines On(Loopback network) => new(network);

    /// <summary>The logins of a group of Drancy.</summary>
    public static string[] Logins(Townspeople people, string group) => [.. people.Everybody.Where(person => person.Tenant == "drancy" && person.Groups.Contains(group)).Select(person => person.Login)];

    public string PoolIn(Townspeople people) => $$"""
          - id: mon-pc
            name: { fr: Mon ordinateur, en: My computer }
            kind: fixed
            machines:
              - { id: pc-1, address: {{Own.Address}}, port: {{Own.Port}}, certificate: "{{Own.CertificateSha256}}", owner: drancy/{{Logins(people, "stagiaires")[0]}}, name: { fr: PC de l'accueil, en: front desk's PC } }
              - { id: pc-2, address: {{Shared.Address}}, port: {{Shared.Port}}, certificate: "{{Shared.CertificateSha256}}", owner: [{{string.Join(", ", Logins(people, "eleves").Select(login => "drancy/" + login))}}] }
              - { id: pc-3, address: {{Stranger.Address}}, port: {{Stranger.Port}}, certificate: "{{new string('0', 64)}}", owner: drancy/{{Logins(people, "elus")[0]}} }
          - id: reveil
            name: { fr: Ordinateur éteint, en: sleeping computer }
            kind: fixed
            wake_for: 60s
            machines:
              - { id: pc-4, address: {{Sleeper.Address}}, port: {{Sleeper.Port}}, certificate: "{{Sleeper.CertificateSha256}}", owner: drancy/{{Logins(people, "stagiaires")[1]}}, mac: "{{Card}}", broadcast: {{Broadcast}} }
          - id: prise
            name: { fr: Ordinateur débranché, en: unplugged computer }
            kind: fixed
            wake_for: 10s
            machines:
              - { id: pc-5, address: {{Dead.Address}}, port: {{Dead.Port}}, certificate: "{{Dead.CertificateSha256}}", owner: drancy/{{Logins(people, "stagiaires")[0]}}, mac: "3c:52:82:01:0a:05", broadcast: {{Broadcast}} }
        """;

    public async ValueTask DisposeAsync()
    {
        await Own.DisposeAsync();
        await Shared.DisposeAsync();
        await Stranger.DisposeAsync();
        await Sleeper.DisposeAsync();
        await Dead.DisposeAsync();
    }
}
