using System.Collections.Concurrent;
using Grpc.Core;
using Grpc.Net.Client;
using VdiBroker.City.Directory;
using VdiBroker.City.Processes;
using VdiBroker.Protocol.Station.V1;

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
    public Crowd(StormFarm farm, int stations)
    {
        _farm = farm;
        _stations = [.. Enumerable.Range(0, stations).Select(number => farm.Station(number))];
        _outside = new ConcurrentQueue<Townsperson>(farm.People);
    }

    /// <summary>How many have not come yet.</summary>
    public int Outside => _outside.Count;

    /// <summary>What failed, and how often.</summary>
    public IReadOnlyDictionary<string, int> Failures => _failures;

    /// <summary>The next person signs in: checked by the directory, seated, let in by the host. A failure is counted and thrown.</summary>
    /// <param name="station">At which station.</param>
    public async Task ComeAsync(long station)
    {
        if (!_outside.TryDequeue(out var person)) throw new InvalidOperationException("nobody is left outside: give more --people or less time");
        try
        {
            var at = (int)(station % _stations.Length);
            var (calls, deadline) = (new StationService.StationServiceClient(_stations[at]), DateTime.UtcNow + _patience);
            var signIn = (await calls.SignInAsync(new SignInRequest { Login = person.Login, Password = person.Password, Language = "fr" }, deadline: deadline)).SignIn;
            var desktop = await OpenAsync(calls, signIn, deadline);
            if (!await _farm.Agents[desktop.Host].LetInAsync(desktop.User, desktop.Ticket, deadline)) throw new InvalidOperationException("a fresh ticket was refused");
            _inside[person.Login] = new Held(at, signIn, desktop);
        }
        catch (Exception fault) when (fault is RpcException or InvalidOperationException)
        {
            _failures.AddOrUpdate(fault is RpcException told ? $"{told.StatusCode}: {told.Status.Detail}" : fault.Message, 1, (_, count) => count + 1);
            _outside.Enqueue(person);
            throw;
        }
    }

    /// <summary>How often a desktop, a session or a person is held twice, or a host carries more than it has seats for.</summary>
    public int DoubleHeld()
    {
        var held = _inside.Values.ToList();
        return Twice(held.Select(one => one.Desktop.SessionId)) + Twice(held.Select(one => $"{one.Desktop.Host}/{one.Desktop.User}"))
            + _farm.Agents.Values.Sum(agent => Math.Max(0, agent.Running - StormFarm.Seats))
            + held.GroupBy(one => one.Desktop.Host).Sum(host => Math.Max(0, host.Count() - StormFarm.Seats));
    }

    /// <summary>Everybody signs out; back when no session runs any more.</summary>
    public async Task GoHomeAsync(CancellationToken cancel)
    {
        await Parallel.ForEachAsync(_inside.ToList(), new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = cancel }, async (one, token) =>
        {
            var (at, signIn, desktop) = one.Value;
            await new StationService.StationServiceClient(_stations[at]).CloseAsync(
                new CloseRequest { SignIn = signIn, SessionId = desktop.SessionId, Fence = desktop.Fence, Closing = Closing.SignOut }, deadline: DateTime.UtcNow + _patience, cancellationToken: token);
            _inside.TryRemove(one.Key, out _);
            _outside.Enqueue(_farm.Directory.People[one.Key]);
        });
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
            await ComeAsync(0);
            return true;
        }
        catch (RpcException)
        {
            return false;
        }
    }

    private static async Task<Desktop> OpenAsync(StationService.StationServiceClient calls, string signIn, DateTime deadline)
    {
        using var stream = calls.Open(new OpenRequest { SignIn = signIn, Language = "fr" }, deadline: deadline);
        await foreach (var reply in stream.ResponseStream.ReadAllAsync())
            if (reply.Desktop is { } desktop) return desktop;
        throw new InvalidOperationException("the stream ended without a desktop");
    }

    private static int Twice(IEnumerable<string> names) => names.GroupBy(name => name, StringComparer.Ordinal).Sum(group => group.Count() - 1);

    private sealed record Held(int Station, string SignIn, Desktop Desktop);
}
