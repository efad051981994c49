using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;
using VdiBroker.City.Directory;

namespace VdiBroker.Bench.Peers;

/// <summary>People at x2gobroker: the list of desktops with the password, then one of them; each of those in flight keeps its connection.</summary>
internal sealed partial class X2goCrowd(X2goBroker broker, IReadOnlyList<Townsperson> people) : IDisposable
{
    private readonly ConcurrentDictionary<int, HttpClient> _stations = new();
    private long _next;

    /// <summary>Sign-ins that did not come to a server's address.</summary>
    public int Failures => _failures;

    private int _failures;

    /// <summary>So many in flight, the next one when one has ended; gives how long each took.</summary>
    public async Task<IReadOnlyCollection<TimeSpan>> ClosedAsync(int inFlight, TimeSpan time, CancellationToken cancel)
    {
        var (took, clock) = (new ConcurrentBag<TimeSpan>(), Stopwatch.StartNew());
        await Task.WhenAll(Enumerable.Range(0, inFlight).Select(lane => Task.Run(
            async () =>
            {
                while (clock.Elapsed < time)
                {
                    var from = Stopwatch.GetTimestamp();
                    if (await ComeAsync(lane, cancel)) took.Add(Stopwatch.GetElapsedTime(from));
                    else Interlocked.Increment(ref _failures);
                }
            },
            cancel)));
        return took;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var station in _stations.Values) station.Dispose();
    }

    private async Task<bool> ComeAsync(int lane, CancellationToken cancel)
    {
        var number = Interlocked.Increment(ref _next);
        var person = people[(int)(number % people.Count)];
        var station = _stations.GetOrAdd(lane, _ => new HttpClient { BaseAddress = new Uri(broker.Uri), Timeout = TimeSpan.FromSeconds(30) });
        var listed = await PostAsync(station, [new("task", "listsessions"), new("user", person.Login), new("password", person.Password)], cancel);
        if (Ticket().Match(listed) is not { Success: true } ticket) return false;
        var chosen = await PostAsync(station, [new("task", "selectsession"), new("sid", $"pool{number % X2goBroker.Pools}"), new("user", person.Login), new("authid", ticket.Groups[1].Value)], cancel);
        return Server().IsMatch(chosen);
    }

    private static async Task<string> PostAsync(HttpClient station, KeyValuePair<string, string>[] form, CancellationToken cancel)
    {
        using var content = new FormUrlEncodedContent(form);
        using var answer = await station.PostAsync(new Uri("/plain/inifile/", UriKind.Relative), content, cancel);
        return await answer.Content.ReadAsStringAsync(cancel);
    }

    [GeneratedRegex(@"AUTHID:(\S+)")]
    private static partial Regex Ticket();

    [GeneratedRegex(@"SERVER:127\.77\.\d+\.\d+:22")]
    private static partial Regex Server();
}
