using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using Grpc.Core;
using Grpc.Net.Client;
using VdiBroker.Broker.Tests.Directory;
using VdiBroker.City.Brokers;
using VdiBroker.City.Callers;
using VdiBroker.City.Directory;
using VdiBroker.City.Processes;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.Rpc;
using Xunit;

namespace VdiBroker.Broker.Tests.Edge;

/// <summary>The directory of one town takes what comes and answers nothing, and everybody of that town tries to sign in, again and again: the people of the other towns notice nothing.</summary>
[Collection(StationsTownCollection.Name)]
public sealed class MuteDirectoryTests(Town town)
{
    // More than there are places for sign-ins in all. A station has four sign-ins under way at most.
    private const int Trying = 400;
    private const int AtAStation = 4;

    // A sign-in takes some tens of milliseconds, on a machine that is busy with hundreds of others too more than a second; a look at the mute directory takes its deadline.
    private static readonly TimeSpan _usual = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _deadline = TimeSpan.FromSeconds(6);
    private readonly ConcurrentDictionary<ErrorCode, int> _told = new();

    public enum Hangs
    {
        AtStationsOfItsTown,
        AtStationsOfNobody,
        InChecksOfPasswordsAlone,
    }

    [Theory]
    [InlineData(Hangs.AtStationsOfItsTown)]
    [InlineData(Hangs.AtStationsOfNobody)]
    [InlineData(Hangs.InChecksOfPasswordsAlone)]
    public async Task One_town_s_directory_that_hangs_keeps_nobody_of_another_town_out(Hangs how)
    {
        var (files, network) = (System.IO.Directory.CreateTempSubdirectory("vdi-mute-"), Loopback.Pick());
        using var authority = DirectoryAuthority.Make(Path.Combine(files.FullName, "ca"));
        await using var directory = await TestDirectory.StartAsync(Townspeople.Make(Trying, "dc=office,dc=test", "habitat"), network.Address(31));
        await using var front = RoughServer.Start(RoughPlan.Before(directory.Slapd, network.Address(32), authority));
        await using var broker = await town.StartAnotherAsync($"mute{(int)how}", 110 + (int)how, city => With(city, directory, front));
        using var callers = new CallerCertificates(Path.GetDirectoryName(town.Certificates.CaFile)!, "test-city");
        var stations = Enumerable.Range(0, Trying / AtAStation).Select(n => $"{(how == Hangs.AtStationsOfNobody ? "hall" : "office")}-{n:000}").Select(name => CityChannel.Open(broker.Uri, callers.Trusted, callers.Issue("station", name))).ToList();
        // One of them at a station of the very town, which has searches answered and no place left.
        var others = Enumerable.Range(0, Others.Length).Select(n => CityChannel.Open(broker.Uri, callers.Trusted, callers.Issue("station", how == Hangs.InChecksOfPasswordsAlone && n == 0 ? "office-900" : $"foyer-{n}"))).ToList();
        using var end = new CancellationTokenSource();
        var trying = new List<Task>();
        try
        {
            await Parallel.ForEachAsync(stations.Concat(others), async (station, cancel) => await new StationService.StationServiceClient(station).WelcomeAsync(new WelcomeRequest(), deadline: DateTime.UtcNow + Peers.Patience, cancellationToken: cancel));
            var people = directory.People.Everybody.TakeLast(Trying).ToArray();
            // All is well, and code is compiled.
            await Parallel.ForAsync(0, people.Length, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (n, cancel) => await SignInAsync(stations[n / AtAStation], people[n], cancel));
            await RoundsAsync(others);

            front.Answers(new AnswerManner(AnswerFault.Silent) { Only = how == Hangs.InChecksOfPasswordsAlone ? RequestKinds.Bind : RequestKinds.Asked });
            if (how != Hangs.InChecksOfPasswordsAlone) await front.ConnectionsAsync(ConnectionManner.HangAfterAccept);
            trying.AddRange(people.Select((person, n) => TryAsync(stations[n / AtAStation], person, end.Token)));
            // All who may wait for it do, and somebody has waited for a place in vain.
            await Eventually.HoldsAsync("somebody is sent away", Peers.Patience, () => _told.ContainsKey(ErrorCode.ComeBack));
            await RoundsAsync(others);
            // It is known not to answer: everybody waits for one trial after the other.
            await Eventually.HoldsAsync("the directory is out", 2 * Peers.Patience, () => broker.Log().Contains("and nobody waits for it", StringComparison.Ordinal));
            await RoundsAsync(others);
            Assert.Empty(_told.Keys.Except([ErrorCode.ComeBack, ErrorCode.DirectoryOutOfReach]));
            Assert.DoesNotContain("too many sign-ins at once", broker.Log(), StringComparison.Ordinal);
        }
        finally
        {
            await end.CancelAsync();
            await Task.WhenAll(trying);
            foreach (var station in stations.Concat(others)) station.Dispose();
            files.Delete(recursive: true);
        }
    }

    // Who has a right to a desktop in the first town.
    private ImmutableArray<Townsperson> Others => [.. town.People.Everybody.Where(person => person.Tenant == "drancy" && person.Groups.Contains("agents"))];

    private string With(string city, TestDirectory directory, RoughServer front)
    {
        Assert.Contains("\ntenants:\n", city, StringComparison.Ordinal);
        return city.Replace("\ntenants:\n", $$"""

              - id: office
                servers: ["{{front.LdapsUri}}"]
                ca: "{{front.CaFile}}"
                bind_dn: "{{directory.Slapd.BrokerDn}}"
                bind_password_file: "{{directory.Slapd.BrokerPasswordFile}}"
                people: { base: "{{directory.People.PeopleBase}}", name: displayName }
                groups: { base: "{{directory.People.GroupsBase}}" }
                deadline: {{_deadline.TotalSeconds}}s
            tenants:
              - { id: office, name: "Office", directory: office, people_under: "{{directory.People.PeopleOf("habitat")}}", stations: ["office-*"] }

            """, StringComparison.Ordinal).Replace("\nentitlements:\n", "\nentitlements:\n  - { tenant: office, group: agents, pools: [file] }\n", StringComparison.Ordinal);
    }

    // Each of them at a station of their own, three times.
    private async Task RoundsAsync(List<GrpcChannel> stations)
    {
        for (var round = 0; round < 3; round++)
        {
            var took = await Task.WhenAll(Others.Select(async (person, n) =>
            {
                var clock = Stopwatch.StartNew();
                await SignInAsync(stations[n], person);
                return clock.Elapsed;
            }));
            Assert.All(took, one => Assert.InRange(one, TimeSpan.Zero, _usual));
        }
    }

    private static async Task SignInAsync(ChannelBase station, Townsperson person, CancellationToken cancel = default) => await new StationService.StationServiceClient(station).SignInAsync(
        new SignInRequest { Login = person.Login, Password = person.Password, Language = "fr" }, deadline: DateTime.UtcNow + Peers.Patience, cancellationToken: cancel);

    // Comes again when told to, or a second later.
    private async Task TryAsync(ChannelBase station, Townsperson person, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            var again = TimeSpan.FromSeconds(1);
            try
            {
                await SignInAsync(station, person, end);
            }
            catch (RpcException refused) when (ErrorCatalogue.Read(refused) is { } detail)
            {
                _told.AddOrUpdate(detail.Code, 1, (_, count) => count + 1);
                again = detail.RetryAfter?.ToTimeSpan() ?? again;
            }
            catch (RpcException)
            {
                // The test is over, or a busy machine was late: again.
            }
            await Task.Delay(again, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
