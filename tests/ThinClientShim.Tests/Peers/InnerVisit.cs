using VdiBroker.Protocol.Station.V1;
using VdiBroker.Shim.Brokers;
using VdiBroker.Shim.Configuration;
using VdiBroker.Shim.Sessions;
using VdiBroker.Shim.Terminal;
using VdiBroker.Shim.Words;

namespace VdiBroker.ThinClientShim.Tests.Peers;

/// <summary>A visit inside the test, at a scripted broker: on any clock, and with its insides to be looked at.</summary>
internal static class InnerVisit
{
    public static async Task<ExitCode> RunAsync(TestStation station, TimeProvider clock, HeldPassword password)
    {
        var broker = await station.BrokerAsync();
        var settings = new StationSettings
        {
            Brokers = [new Uri(broker.Address)],
            Authorities = [station.Authority.Certificate],
            Identity = StationIdentity.Of(station.Authority.Station()),
            Words = Wording.Of("fr")!,
            Display = ":77",
            FreeRdp = station.Viewer.Program,
        };
        using var journal = Journal.Open(station.At("shim.log"));
        using var brokers = new BrokerRing(settings, journal);
        using var nothing = File.OpenHandle("/dev/null");
        var person = new Conversation(settings.Words, TextWriter.Null, Lines.Of((int)nothing.DangerousGetHandle()), atTerminal: false);
        var room = new Room(settings, brokers, new Calls(brokers, () => "fr"), person, journal, clock);
        await using var visit = new Visit(room, new SignedIn("a sign-in", TimeSpan.Zero, password), new DesktopChoice { PoolId = "bureau" }, new Wishes());
        return await visit.RunAsync().WaitAsync(TestStation.Deadline);
    }
}
