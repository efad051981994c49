using System.Collections.Concurrent;
using System.Diagnostics;
using Grpc.Core;
using Grpc.Net.Client;
using VdiBroker.Bench.Stations;
using VdiBroker.City.Directory;
using VdiBroker.City.Processes;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.Rpc;
using VdiBroker.Shim.Brokers;

namespace VdiBroker.Bench.Storm;

/// <summary>People who come in the morning and stay: each signs in once, at some station, and has a desktop. Sent home together, uncounted, between rounds.</summary>
internal sealed class Crowd : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);
    private readonly StormFarm _farm;
    private readonly GrpcChannel[] _stations;
    private readonly ConcurrentQueue<Townsperson> _outside;
    private readonly ConcurrentDictionary<string, Held> _inside = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _failures = new(StringComparer.Ordinal);

    /// <param name="farm">Where they go.</param>
    /// <param name="stations">How many stations there are.</param>
    /// <param name="people">Who comes; null = everybody.</param>
    public Crowd(StormFarm farm, int stations, IEnumerable<Townsperson>? people = null)
    {
        _farm = farm;
        _stations = [.. Enumerable.Range(0, stations).Select(number => farm.Station(number))];
        _outside = new ConcurrentQueue<Townsperson>(people ?? farm.People);
    }

    /// <summary>How many have not come yet.</summary>
    public int Outside => _outside.Count;

    /// <summary>What failed, and how often.</summary>
    public IReadOnlyDictionary<string, int> Failures => _failures;

    /// <summary>How many stations there are.</summary>
    public int Stations => _stations.Length;

    /// <summary>Makes the connections of all stations, a few at once.</summary>
    public Task ConnectAsync() => Round.EachAsync(16, _stations.Length, number => AreYouThere.AskAsync(_stations[number]));

    /// <summary>The next person signs in: checked by the directory, seated, let in by the host. A failure is counted and thrown.</summary>
    /// <param name="station">At which station.</param>
    public async Task<Coming> ComeAsync(long station)
    {
        if (!_outside.TryDequeue(out var person)) return Coming.Nobody;
        var inside = false;
        try
        {
            var coming = await EnterAsync(person, station);
            inside = coming.Login is not null;
            return coming;
        }
        finally
        {
            if (!inside) _outside.Enqueue(person);
        }
    }

    /// <summary>Whoever is inside comes once more, one after the other, and finds their desktop again: at the next station, as after a walk through the house.</summary>
    public async Task<IReadOnlyList<Coming>> ComeAgainAsync()
    {
        var came = new List<Coming>();
        foreach (var held in _inside.Values.ToList()) came.Add(await EnterAsync(held.Person, held.Station + 1));
        return came;
    }

    private async Task<Coming> EnterAsync(Townsperson person, long station)
    {
        try
        {
            var at = (int)(station % _stations.Length);
            var (calls, deadline, began) = (new StationService.StationServiceClient(_stations[at]), DateTime.UtcNow + _patience, Stopwatch.GetTimestamp());
            using var asked = calls.SignInAsync(new SignInRequest { Login = person.Login, Password = person.Password, Language = "fr" }, deadline: deadline);
            // Thousands are told to come back: an exception for each would be more work than the call.
            await ((Task)asked.ResponseAsync).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (SentAway(asked) is { } after) return new Coming(null, after);
            var signIn = (await asked).SignIn;
            var known = Stopwatch.GetTimestamp();
            var desktop = await OpenAsync(calls, signIn, deadline);
            var opened = Stopwatch.GetElapsedTime(known);
            if (!await _farm.Agents[desktop.Host].LetInAsync(desktop.User, desktop.Ticket, deadline)) throw new InvalidOperationException("a fresh ticket was refused");
            _inside[person.Login] = new Held(person, at, signIn, desktop);
            return new Coming(person.Login, null) { SignedIn = Stopwatch.GetElapsedTime(began, known), Opened = opened };
        }
        catch (Exception fault) when (fault is RpcException or InvalidOperationException)
        {
            _failures.AddOrUpdate(fault is RpcException told ? $"{told.StatusCode}: {told.Status.Detail}" : fault.Message, 1, (_, count) => count + 1);
            throw;
        }
    }

    private static TimeSpan? SentAway(AsyncUnaryCall<SignInReply> call) =>
        call.GetStatus().StatusCode == StatusCode.ResourceExhausted && call.GetTrailers().GetValueBytes(ErrorCatalogue.Trailer) is { } bytes && ErrorDetail.Parser.ParseFrom(bytes) is { Code: ErrorCode.ComeBack } told
            ? told.RetryAfter.ToTimeSpan() : null;

    /// <summary>How often a desktop, a session or a person is held twice, or a host carries more than it has seats for.</summary>
    public int DoubleHeld()
    {
        var held = _inside.Values.ToList();
        return Twice(held.Select(one => one.Desktop.SessionId)) + Twice(held.Select(one => $"{one.Desktop.Host}/{one.Desktop.User}"))
            + _farm.Agents.Values.Sum(agent => Math.Max(0, agent.Running + _farm.Plan.Running - _farm.Plan.Seats))
            + held.GroupBy(one => one.Desktop.Host).Sum(host => Math.Max(0, host.Count() + _farm.Plan.Running - _farm.Plan.Seats));
    }

    /// <summary>Signs out, and may come again.</summary>
    /// <exception cref="RpcException">The broker refuses.</exception>
    public async Task LeaveAsync(string login)
    {
        if (!_inside.TryGetValue(login, out var held)) return;
        await new StationService.StationServiceClient(_stations[held.Station]).CloseAsync(
            new CloseRequest { SignIn = held.SignIn, SessionId = held.Desktop.SessionId, Fence = held.Desktop.Fence, Closing = Closing.SignOut }, deadline: DateTime.UtcNow + _patience);
        if (_inside.TryRemove(login, out _)) _outside.Enqueue(held.Person);
    }

    /// <summary>Everybody signs out; back when no session runs any more.</summary>
    public async Task GoHomeAsync(CancellationToken cancel)
    {
        // Who signs out before their host has told of them is "still ending" until their lease is over: the host could make the desktop yet.
        await Eventually.HoldsAsync("every host has told who came", TimeSpan.FromSeconds(60), () => _farm.Agents.Values.All(agent => agent.HasTold), cancel);
        await Parallel.ForEachAsync(_inside.Keys, new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = cancel }, async (login, _) => await LeaveAsync(login));
        await Eventually.HoldsAsync("every session ended", TimeSpan.FromSeconds(60), () => _farm.Agents.Values.All(agent => agent.Running == 0), cancel);
        // The last reports are on their way: whoever comes again must not find the session that ends.
        await Eventually.HoldsAsync("the last one can sign in again", TimeSpan.FromSeconds(60), async () =>
        {
            var came = await TryAsync();
            return came;
        }, cancel);
    }

    public void Dispose()
    {
        foreach (var station in _stations) station.Dispose();
    }

    private async Task<bool> TryAsync()
    {
        try
        {
            return (await ComeAsync(0)).Login is not null;
        }
        catch (RpcException)
        {
            return false;
        }
    }

    // Who has signed in and is told to come back does so by itself, as the shim does.
    private static async Task<Desktop> OpenAsync(StationService.StationServiceClient calls, string signIn, DateTime deadline)
    {
        while (true)
        {
            try
            {
                using var stream = calls.Open(new OpenRequest { SignIn = signIn, Language = "fr" }, deadline: deadline);
                await foreach (var reply in stream.ResponseStream.ReadAllAsync())
                    if (reply.Desktop is { } desktop) return desktop;
                throw new InvalidOperationException("the stream ended without a desktop");
            }
            catch (RpcException away) when (ErrorCatalogue.Read(away) is { Code: ErrorCode.ComeBack, RetryAfter: { } after } && DateTime.UtcNow + after.ToTimeSpan() < deadline)
            {
                await Task.Delay(Pause.AtLeast(after.ToTimeSpan()));
            }
        }
    }

    private static int Twice(IEnumerable<string> names) => names.GroupBy(name => name, StringComparer.Ordinal).Sum(group => group.Count() - 1);

    private sealed record Held(Townsperson Person, int Station, string SignIn, Desktop Desktop);
}

/// <summary>What became of somebody who came.</summary>
/// <param name="Login">Who has a desktop now; null = nobody.</param>
/// <param name="SentAway">They are to come back after so long; null with <paramref name="Login"/> = nobody is left outside.</param>
internal sealed record Coming(string? Login, TimeSpan? SentAway)
{
    /// <summary>Nobody is left outside.</summary>
    public static readonly Coming Nobody = new(null, null);

    /// <summary>How long it took until the broker knew who they are.</summary>
    public TimeSpan SignedIn { get; init; }

    /// <summary>From then until they had a desktop and its ticket.</summary>
    public TimeSpan Opened { get; init; }
}
