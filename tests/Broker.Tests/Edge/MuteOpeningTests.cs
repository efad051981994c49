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

/// <summary>Everybody of one town has signed in and opens a desktop when their rights are to be read anew, from a directory that hangs: whoever of another town opens one notices nothing.</summary>
[Collection(StationsTownCollection.Name)]
public sealed class MuteOpeningTests(Town town)
{
    // More than may open at once. A station has eight streams at most.
    private const int Opening = 400;
    private const int AtAStation = 4;

    [Fact]
    public async Task One_town_s_directory_that_hangs_keeps_nobody_of_another_town_from_a_desktop()
    {
        var (files, network) = (System.IO.Directory.CreateTempSubdirectory("vdi-mute-"), Loopback.Pick());
        using var authority = DirectoryAuthority.Make(Path.Combine(files.FullName, "ca"));
        await using var directory = await TestDirectory.StartAsync(Townspeople.Make(Opening, "dc=office,dc=test", "habitat"), network.Address(31));
        await using var front = RoughServer.Start(RoughPlan.Before(directory.Slapd, network.Address(32), authority));
        await using var broker = await town.StartAnotherAsync("mute-open", 114, city => MuteDirectoryTests.With(city, directory, front, ", groups: { max_age: 1s }"));
        using var callers = new CallerCertificates(Path.GetDirectoryName(town.Certificates.CaFile)!, "test-city");
        var stations = Enumerable.Range(0, (Opening / AtAStation) + 1).Select(n => CityChannel.Open(broker.Uri, callers.Trusted, callers.Issue("station", n == 0 ? "foyer-open" : $"office-{n:000}"))).ToList();
        using var end = new CancellationTokenSource();
        var opening = new List<Task<TimeSpan>>();
        try
        {
            await Parallel.ForEachAsync(stations, async (station, cancel) => await new StationService.StationServiceClient(station).WelcomeAsync(new WelcomeRequest(), deadline: DateTime.UtcNow + Peers.Patience, cancellationToken: cancel));
            var people = directory.People.Everybody.TakeLast(Opening).ToArray();
            var signIns = new string[Opening];
            await Parallel.ForAsync(0, Opening, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (n, cancel) => signIns[n] = await SignInAsync(stations[1 + (n / AtAStation)], people[n], cancel));
            var other = await SignInAsync(stations[0], town.People.Everybody.First(person => person.Tenant == "drancy" && person.Groups.Contains("agents")), default);
            await OpenAsync(stations[0], other, default);
            // What is remembered of a sign-in counts for one opening: the next ones go by its age.
            await Parallel.ForAsync(0, Opening, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (n, _) => await OpenAsync(stations[1 + (n / AtAStation)], signIns[n], end.Token));

            front.Answers(new AnswerManner(AnswerFault.Silent));
            await front.ConnectionsAsync(ConnectionManner.HangAfterAccept);
            opening.AddRange(signIns.Select((signIn, n) => OpenAsync(stations[1 + (n / AtAStation)], signIn, end.Token)));
            // From the first moment until those who wait for the directory are told something; not faster than one person may open.
            var told = Task.WhenAny(opening);
            do Assert.InRange(await OpenAsync(stations[0], other, default), TimeSpan.Zero, MuteDirectoryTests.Usual);
            while (await Task.WhenAny(told, Task.Delay(TimeSpan.FromMilliseconds(300))) != told);
            Assert.InRange(await OpenAsync(stations[0], other, default), TimeSpan.Zero, MuteDirectoryTests.Usual);
            // Who was waited for in vain has the rights of the sign-in.
            await Eventually.HoldsAsync("rights that were not read anew", 2 * Peers.Patience, () => broker.Log().Contains("could not be read anew", StringComparison.Ordinal));
        }
        finally
        {
            await end.CancelAsync();
            await Task.WhenAll(opening);
            foreach (var station in stations) station.Dispose();
            files.Delete(recursive: true);
        }
    }

    private static async Task<string> SignInAsync(ChannelBase station, Townsperson person, CancellationToken cancel) => (await new StationService.StationServiceClient(station).SignInAsync(
        new SignInRequest { Login = person.Login, Password = person.Password, Language = "fr" }, deadline: DateTime.UtcNow + Peers.Patience, cancellationToken: cancel)).SignIn;

    // How long it took to the first step, whatever that is; being sent away is none.
    private static async Task<TimeSpan> OpenAsync(GrpcChannel station, string signIn, CancellationToken end)
    {
        var clock = Stopwatch.StartNew();
        try
        {
            using var call = new StationService.StationServiceClient(station).Open(new OpenRequest { SignIn = signIn, Language = "fr" }, deadline: DateTime.UtcNow + Peers.Patience, cancellationToken: end);
            await call.ResponseStream.MoveNext(end);
        }
        catch (RpcException refused) when (end.IsCancellationRequested || ErrorCatalogue.Read(refused) is { Code: not ErrorCode.ComeBack } || end.CanBeCanceled)
        {
            // There is no host, or the test is over.
        }
        return clock.Elapsed;
    }
}
