using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Grpc.Core;
using VdiBroker.City.Brokers;

namespace VdiBroker.Bench.Stations;

/// <summary><c>stations-client</c>: a process full of stations, ordered by lines on its standard input; a process may hold 20,000 files, so there are several.</summary>
internal sealed class StationsClient(OneStation[] stations, int inFlight, CancellationTokenSource end)
{
    private static readonly TimeSpan _firstWord = TimeSpan.FromMinutes(1);
    private readonly Lock _gate = new();
    private readonly List<Task> _following = [];

    /// <summary>The command; used by <c>stations</c>.</summary>
    public static Command Build()
    {
        var uri = new Option<string>("--uri") { Required = true, Description = "the server" };
        var authority = new Option<string>("--ca") { Required = true, Description = "folder of the city's authority" };
        var city = new Option<string>("--city") { Required = true, Description = "the city's name" };
        var first = new Option<int>("--first") { Required = true, Description = "number of the first station" };
        var count = new Option<int>("--count") { Required = true, Description = "how many stations" };
        var inFlight = new Option<int>("--in-flight") { Required = true, Description = "how many are busy at once where an order says what to do" };
        var command = new Command("stations-client", "a process full of stations, for 'stations'") { uri, authority, city, first, count, inFlight };
        command.SetAction(async (parsed, cancel) =>
        {
            using var callers = new CallerCertificates(parsed.GetRequiredValue(authority), parsed.GetRequiredValue(city));
            var (from, many) = (parsed.GetRequiredValue(first), parsed.GetRequiredValue(count));
            var stations = Enumerable.Range(from, many).Select(number => new OneStation(parsed.GetRequiredValue(uri), callers.Trusted, callers.Issue("station", Name(number)))).ToArray();
            using var end = new CancellationTokenSource();
            await new StationsClient(stations, parsed.GetRequiredValue(inFlight), end).RunAsync(cancel);
        });
        return command;
    }

    /// <summary>A station's name in its certificate.</summary>
    public static string Name(int number) => string.Create(CultureInfo.InvariantCulture, $"s{number:00000}");

    private async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            while (await Console.In.ReadLineAsync(cancel) is { } line)
            {
                var order = JsonSerializer.Deserialize(line, ClientJson.Default.ClientOrder)!;
                Say(new ClientAnswer { State = await DoAsync(order) });
            }
        }
        finally
        {
            await end.CancelAsync();
            await Task.WhenAll(_following);
            foreach (var station in stations) station.Dispose();
        }
    }

    private async Task<FleetState> DoAsync(ClientOrder order)
    {
        switch (order.Do)
        {
            case "meet": return await EachAsync((station, _) => station.MeetAsync());
            case "open": return await EachAsync(async (station, number) => Say(new ClientAnswer { Desktop = await station.OpenAsync(order.People![number]) }));
            case "follow": return await EachAsync((station, _) => BeginAsync(station));
            case "mark": foreach (var station in stations) station.Mark(); break;
        }
        return State(0, []);
    }

    private async Task<FleetState> EachAsync(Func<OneStation, int, Task> once)
    {
        var (failed, causes) = (0, new HashSet<string>());
        await Round.EachAsync(inFlight, stations.Length, async number =>
        {
            try
            {
                await once(stations[number], (int)number);
            }
            catch (Exception fault) when (fault is RpcException or TimeoutException)
            {
                lock (causes) causes.Add(fault is RpcException told ? $"{told.StatusCode}: {told.Status.Detail}" : fault.Message);
                Interlocked.Increment(ref failed);
            }
        });
        return State(failed, [.. causes]);
    }

    // One after another: that all stations begin in one moment is what a restart does, and is measured there.
    private Task BeginAsync(OneStation station)
    {
        lock (_gate) _following.Add(station.FollowAsync(end.Token));
        return station.Heard.WaitAsync(_firstWord);
    }

    private FleetState State(int failed, IReadOnlyList<string> causes)
    {
        var told = stations.Select(station => station.ToldAt).Where(at => at != 0).ToList();
        return new FleetState(failed, stations.Count(station => station.Hearing), stations.Count(station => station.Last == Protocol.Station.V1.SessionState.Active), stations.Count(station => station.IsOver), told.Count)
        {
            FirstTold = told.DefaultIfEmpty().Min(),
            LastTold = told.DefaultIfEmpty().Max(),
            LastBack = stations.Where(station => station.Hearing).Select(station => station.HearingSince).DefaultIfEmpty().Max(),
            Tries = stations.Sum(station => station.Tries),
            Causes = causes,
        };
    }

    private void Say(ClientAnswer answer)
    {
        lock (_gate) Console.Out.WriteLine(JsonSerializer.Serialize(answer, ClientJson.Default.ClientAnswer));
    }
}
