using System.Collections.Concurrent;
using System.Diagnostics;
using Grpc.Core;
using VdiBroker.Bench.Storm;
using VdiBroker.Shim.Brokers;

namespace VdiBroker.Bench.Overload;

/// <summary>One try that ended well: when it was due, and how long it took from then.</summary>
internal readonly record struct Came(TimeSpan Due, TimeSpan Took);

/// <summary>People who come, stay for a moment and sign out; who is told to come back does so, with the station's waits.</summary>
/// <param name="crowd">Who comes.</param>
internal sealed class Rush(Crowd crowd)
{
    /// <summary>As many short waits as the shim makes by itself.</summary>
    private const int Waits = 3;

    private static readonly TimeSpan _stay = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan _toEnd = TimeSpan.FromSeconds(45);
    // No station of a town has more people at once than a person and whoever clicks twice.
    private const int AtOnce = 2;
    private readonly ConcurrentBag<Came> _came = [];
    private readonly ConcurrentBag<TimeSpan> _left = [];
    private readonly ConcurrentDictionary<string, int> _wrong = new(StringComparer.Ordinal);
    private readonly ConcurrentBag<TimeSpan> _sentAwayAt = [];
    private readonly ConcurrentBag<Task> _leaving = [];
    // Places at the stations, each as often as somebody may come to it: to look through a thousand for each whom the bench cannot begin was a quarter of a core.
    private readonly ConcurrentQueue<int> _places = new(Enumerable.Range(0, AtOnce * crowd.Stations).Select(place => place % crowd.Stations));
    private int _begun;
    private int _notStarted;

    /// <summary>Whole sign-ins.</summary>
    public IReadOnlyCollection<Came> All => _came;

    /// <summary>How long signing out took, until the broker had taken it.</summary>
    public IReadOnlyCollection<TimeSpan> Ends => _left;

    /// <summary>When somebody was told to come back.</summary>
    public IReadOnlyCollection<TimeSpan> SentAwayAt => _sentAwayAt;

    /// <summary>Every other failure, with how often.</summary>
    public IReadOnlyDictionary<string, int> Wrong => _wrong;

    /// <summary>How many people began.</summary>
    public int Begun => _begun;

    /// <summary>Whole sign-ins a second that ended within the time.</summary>
    public double PerSecond { get; private set; }

    /// <summary>So many in flight.</summary>
    public async Task ClosedAsync(int inFlight, TimeSpan time, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, inFlight).Select(_ => Task.Run(
            async () =>
            {
                while (clock.Elapsed < time) await OneAsync(clock, clock.Elapsed, time, cancel);
            },
            cancel)));
        await EndAsync(clock.Elapsed);
    }

    /// <summary>So many begin a second; nobody comes back after the end.</summary>
    public async Task OpenAsync(double perSecond, TimeSpan time, CancellationToken cancel)
    {
        var (clock, under) = (Stopwatch.StartNew(), new List<Task>());
        for (var due = TimeSpan.Zero; due < time; due += TimeSpan.FromSeconds(1 / perSecond))
        {
            if (due - clock.Elapsed is { Ticks: > 0 } rest) await Task.Delay(rest, cancel);
            under.Add(OneAsync(clock, due, time, cancel));
            // The bench itself must not be what is overloaded: who could not be begun in time is not begun.
            for (; clock.Elapsed - due > TimeSpan.FromSeconds(1) && due < time; due += TimeSpan.FromSeconds(1 / perSecond)) Interlocked.Increment(ref _notStarted);
        }
        await Task.WhenAll(under).WaitAsync(_toEnd, cancel);
        await EndAsync(time);
    }

    /// <summary>People who were to begin and were not begun: the bench had no time for them, or nobody was outside.</summary>
    public int NotBegun => _notStarted;

    private async Task EndAsync(TimeSpan time)
    {
        PerSecond = _came.Count(one => one.Due + one.Took <= time) / time.TotalSeconds;
        await Task.WhenAll(_leaving);
    }

    private async Task OneAsync(Stopwatch clock, TimeSpan due, TimeSpan time, CancellationToken cancel)
    {
        for (var waits = 0; waits <= Waits; waits++)
        {
            try
            {
                var coming = await AtFreeStationAsync();
                if (coming is { Login: null, SentAway: null })
                {
                    Interlocked.Increment(ref _notStarted);
                    return;
                }
                if (waits == 0) Interlocked.Increment(ref _begun);
                if (coming.Login is { } who)
                {
                    _came.Add(new Came(due, clock.Elapsed - due));
                    _leaving.Add(LeaveAsync(who, cancel));
                    return;
                }
                _sentAwayAt.Add(clock.Elapsed);
                var wait = Pause.AtLeast(coming.SentAway!.Value);
                if (clock.Elapsed + wait > time) return;
                await Task.Delay(wait, cancel);
                due = clock.Elapsed;
            }
            catch (Exception fault) when (fault is RpcException or InvalidOperationException)
            {
                Count(fault);
                return;
            }
        }
    }

    private async Task<Coming> AtFreeStationAsync()
    {
        if (!_places.TryDequeue(out var station)) return Coming.Nobody;
        try
        {
            return await crowd.ComeAsync(station);
        }
        finally
        {
            _places.Enqueue(station);
        }
    }

    private async Task LeaveAsync(string who, CancellationToken cancel)
    {
        await Task.Delay(_stay, cancel);
        var from = Stopwatch.GetTimestamp();
        try
        {
            await crowd.LeaveAsync(who);
            _left.Add(Stopwatch.GetElapsedTime(from));
        }
        catch (RpcException fault)
        {
            Count(fault);
        }
    }

    private void Count(Exception fault) => _wrong.AddOrUpdate(fault is RpcException told ? $"{told.StatusCode}: {told.Status.Detail}" : fault.Message, 1, (_, count) => count + 1);
}
