using VdiBroker.City.Directory;
using VdiBroker.City.Processes;
using VdiBroker.Directory;
using VdiBroker.Kernel;

namespace VdiBroker.Bench;

/// <summary>
/// Whole sign-in checks (search, bind, groups) of one body's people, alone and while the directory of another body hangs and its people keep trying.
/// Rounds of both alternate; a hanging round begins with the hang, so that it holds the time in which the broker does not know of it yet.
/// </summary>
internal static class HealthyPart
{
    private const int InFlight = 16;
    private const int TriesPerSecond = 20;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    /// <summary>Measures it for each way of hanging, at stations of the people's own body and at stations of nobody's.</summary>
    public static async Task MeasureAsync(Report report, Effort effort, CancellationToken cancel)
    {
        report.AddLoad("healthyLoad");
        await using var healthy = await BenchDirectory.StartAsync(Townspeople.Make(extra: 1000, tenants: ["drancy"]), "127.0.0.52", cancel);
        await using var other = await BenchDirectory.StartAsync(Townspeople.Make(suffix: "dc=office,dc=test", tenants: ["habitat"]), "127.0.0.53", cancel);
        await using var front = BenchFront.Start(other.Slapd, "127.0.0.54");
        await using var frozen = await Hang.FrozenAsync(healthy, other, effort, cancel);
        await using var mute = await Hang.MuteAsync(healthy, other, front.Server, effort, cancel);
        var own = new TenantId("drancy");
        HealthySeries[] all =
        [
            new("", "the other's slapd stopped, at stations of nobody's: the hard case", frozen, null), new("Mute", "the other's server mute, same stations", mute, null),
            new("OwnStation", "the other's slapd stopped, at stations of the people's own body", frozen, own), new("MuteOwnStation", "the other's server mute, same stations", mute, own),
        ];
        for (var round = -1; round < effort.Rounds; round++)
            foreach (var series in all) await RoundAsync(series, healthy, other, round < 0 ? effort.Warmth : effort.Time, counts: round >= 0, cancel);
        foreach (var series in all) series.Tell(report, InFlight);
    }

    private static async Task RoundAsync(HealthySeries series, BenchDirectory healthy, BenchDirectory other, TimeSpan time, bool counts, CancellationToken cancel)
    {
        var (hang, station) = (series.Hang, series.Station);
        var alone = await TimedRound.InFlightAsync(InFlight, time, SignInAsync);
        if (!counts) return;
        series.Alone.Add(alone);
        var lines = hang.Broker.LogLines;
        await hang.BeginAsync();
        try
        {
            var theirs = TimedRound.EverySoOftenAsync(TriesPerSecond, time, i => TurnAwayAsync(hang.Broker, other.Person(i), cancel));
            var hanging = await TimedRound.InFlightAsync(InFlight, time, SignInAsync);
            series.Hanging.Add(hanging with { LogLines = hang.Broker.LogLines - lines });
            series.Waits.AddRange(await theirs);
        }
        finally
        {
            await hang.EndAsync();
        }
        var person = other.Person(0);
        await Eventually.HoldsAsync("the other body is let in again", Soon,
            async () => await hang.Broker.SignInAsync(person.Login, person.Password, null, cancel) is Authentication.Authenticated, cancel);

        Task SignInAsync(long i) => hang.Broker.LetInAsync(healthy.Person(i).Login, healthy.Person(i).Password, station, cancel);
    }

    private static async Task TurnAwayAsync(BenchBroker broker, Townsperson person, CancellationToken cancel)
    {
        var answer = await broker.SignInAsync(person.Login, person.Password, new TenantId(person.Tenant), cancel);
        if (answer is not Authentication.OutOfReach) throw new InvalidOperationException($"while its directory hung, a person was answered with {answer.GetType().Name}");
    }
}

/// <summary>Rounds of one way of hanging.</summary>
internal sealed record HealthySeries(string Suffix, string What, Hang Hang, TenantId? Station)
{
    public List<TimedRound> Alone { get; } = [];

    public List<TimedRound> Hanging { get; } = [];

    /// <summary>How long the hanging body's people waited, each.</summary>
    public List<TimeSpan> Waits { get; } = [];

    /// <summary>Tells medians of rounds, and latencies over all rounds.</summary>
    public void Tell(Report report, int inFlight)
    {
        var (alone, hanging) = (TimedRound.MedianPerSecond(Alone), TimedRound.MedianPerSecond(Hanging));
        report.Add($"healthySignInsPerSecond{Suffix}", alone, $"sign-in checks/s, {inFlight} in flight, all well ({What})");
        report.Add($"healthySignInsPerSecondWhileHanging{Suffix}", hanging, "the same while the other body's directory hangs and its people try 20 times a second");
        report.Add($"healthyRatio{Suffix}", hanging / alone, "aim: at least 0.95");
        report.Add($"healthyP99Ms{Suffix}", TimedRound.Percentile(Alone.SelectMany(round => round.Took), 0.99), "ms, all well");
        report.Add($"healthyP99MsWhileHanging{Suffix}", TimedRound.Percentile(Hanging.SelectMany(round => round.Took), 0.99), "ms, while it hangs");
        report.Add($"healthyCpuMicroseconds{Suffix}", Alone.Average(round => round.CpuMicroseconds), "µs of this process's CPU for each sign-in, all well");
        report.Add($"healthyCpuMicrosecondsWhileHanging{Suffix}", Hanging.Average(round => round.CpuMicroseconds), "while it hangs");
        report.Add($"healthyLogLinesWhileHanging{Suffix}", Hanging.Sum(round => round.LogLines) / (double)Hanging.Sum(round => round.Took.Length), "log lines for each sign-in while it hangs");
        report.Add($"hangingAnsweredWithinMs{Suffix}", TimedRound.Percentile(Waits, 0.5), "ms, median: how long the hanging body's people wait until told");
        report.Add($"hangingAnsweredWithinMsP99{Suffix}", TimedRound.Percentile(Waits, 0.99), "ms, p99 of that");
    }
}
