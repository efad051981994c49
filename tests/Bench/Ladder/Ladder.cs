using System.Collections.Immutable;
using System.Globalization;
using StackExchange.Redis;
using VdiBroker.Bench.Raw;
using VdiBroker.Bench.Storm;
using VdiBroker.City.Directory;
using VdiBroker.Kernel;
using VdiBroker.Profiles;
using VdiBroker.Storage;

namespace VdiBroker.Bench.Ladder;

/// <summary>Five things that grow, each by itself: all else stays on the size that its first rung has.</summary>
internal sealed class Ladder(Report report, Climber climber, TimeSpan reportEvery, int step, string? broker)
{
    // Who comes on each rung, however many there are.
    private const int Comers = 400;
    private const int ManyHosts = 1_000;
    private const int ManySeats = 1_000;
    private const int DesktopHosts = 100;
    private const int PeopleOfAGroup = 50;
    private readonly List<Rung> _rungs = [];

    /// <summary>Climbs all; the figures go to the report.</summary>
    /// <returns>False when something was held twice, or failed.</returns>
    public async Task<bool> ClimbAsync(LadderTops tops, CancellationToken cancel)
    {
        var before = await RawAsync(cancel);
        var hosts = await AxisAsync("hosts", Rungs(10, tops.Hosts), count => Plan() with { Hosts = count, Seats = 100 }, cancel);
        var desktops = await AxisAsync("desktops", Rungs(DesktopHosts, tops.Desktops), count => Plan(count / 2) with { Hosts = DesktopHosts, Seats = count / DesktopHosts }, cancel);
        var sessionHosts = Math.Min(ManyHosts, Math.Max(10, tops.Sessions / 10));
        var sessions = await AxisAsync("sessions", Rungs(ManyHosts, tops.Sessions), count => Plan() with { Hosts = sessionHosts, Seats = ManySeats, Running = count / sessionHosts }, cancel);
        var people = await PeopleAsync(tops.People, cancel);
        var tenants = await AxisAsync("tenants", Rungs(1, tops.Tenants), count => Plan() with { Hosts = count, Seats = ManySeats, Tenants = count }, cancel);

        Tell("placement", "until there is a new desktop, most by fewest, the worst of hosts and desktops; aim: at most 2", [hosts, desktops], rung => rung.OpenMs);
        Tell("again", "until their desktop is found again, the same way, over hosts, desktops and sessions", [hosts, desktops, sessions], rung => rung.AgainMs);
        Tell("calm", "until there is a new desktop for who comes after a moment in which nobody came, the same way", [hosts, desktops, sessions], rung => rung.CalmMs);
        Tell("placementCpu", "the broker's CPU for a whole sign-in, the same way", [hosts, desktops, sessions], rung => rung.BrokerCpuMs);
        Tell("session", "until there is a new desktop, most sessions by fewest", [sessions], rung => rung.OpenMs);
        Tell("signIn", "until the broker knows who it is, most people by fewest; aim: flat", [people], rung => rung.SignInMs);
        Tell("signInCpu", "the broker's CPU for a whole sign-in, most people by fewest", [people], rung => rung.BrokerCpuMs);
        Tell("signInDirectoryCpu", "slapd's CPU for it, the same way", [people], rung => rung.DirectoryCpuMs);
        Tell("tenantSignIn", "until the broker knows who it is, most tenants by fewest", [tenants], rung => rung.SignInMs);
        Tell("tenantPlacement", "until there is a new desktop, most tenants by fewest", [tenants], rung => rung.OpenMs);
        Decision.Tell(report, Rungs(10, tops.Hosts));
        RawLimits.Between(before, await RawAsync(cancel)).Tell(report);
        report.Add("doubleHeld", _rungs.Sum(rung => rung.DoubleHeld), "desktops, sessions or people held twice, over all rungs; must be 0");
        report.Add("failures", _rungs.Sum(rung => rung.Failures.Values.Sum()), "over all rungs");
        return _rungs.All(rung => rung.DoubleHeld == 0 && rung.OpenMs > 0 && rung.PerSecond > 0 && rung.Failures.IsEmpty);
    }

    // Nobody waits for a seat.
    private StormPlan Plan(int most = Comers) => new(Math.Min(Comers, most), broker) { ReportEvery = reportEvery, DeadAfter = reportEvery * 3, DetachedFor = reportEvery * 2 };

    private async Task<RawLimits> RawAsync(CancellationToken cancel)
    {
        await using var farm = await StormFarm.StartAsync(Plan(), cancel);
        return await RawLimits.MeasureAsync(farm, climber.Time, cancel);
    }

    private async Task<ImmutableArray<Rung>> AxisAsync(string axis, IEnumerable<int> counts, Func<int, StormPlan> plan, CancellationToken cancel)
    {
        var rungs = ImmutableArray.CreateBuilder<Rung>();
        foreach (var count in counts) rungs.Add(await ClimbAsync(Name(axis, count), plan(count), null, cancel));
        return rungs.ToImmutable();
    }

    private async Task<ImmutableArray<Rung>> PeopleAsync(int most, CancellationToken cancel)
    {
        var rungs = ImmutableArray.CreateBuilder<Rung>();
        foreach (var count in Rungs(100, most))
        {
            var folder = System.IO.Directory.CreateTempSubdirectory("vdi-ladder-");
            try
            {
                // Groups stay as big as they are, there are more of them; all chains are whole.
                var groups = (Math.Max(count / PeopleOfAGroup, 5 * LargeTown.Depth) + LargeTown.Depth - 1) / LargeTown.Depth * LargeTown.Depth;
                var town = await LargeTown.LoadAsync(folder.FullName, count, groups, cancel);
                report.Add(Name("people", count) + "LoadSeconds", town.Took.TotalSeconds, "for making and loading the directory");
                var plan = Plan() with { Hosts = 10, Seats = 100, Town = town };
                rungs.Add(await ClimbAsync(Name("people", count), plan, farm => ProfilesAsync(farm, town), cancel));
                // One group with a fifth of all, in its own entry: told, and no part of the ratio.
                if (count == most) await ClimbAsync(Name("crowd", count), plan with { Crowded = true }, farm => ProfilesAsync(farm, town), cancel);
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        }
        return rungs.ToImmutable();
    }

    private async Task<Rung> ClimbAsync(string name, StormPlan plan, Func<StormFarm, Task>? prepare, CancellationToken cancel)
    {
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{DateTime.Now:HH:mm:ss} {name}"));
        var rung = await climber.ClimbAsync(name, plan, prepare, cancel);
        rung.Tell(report);
        foreach (var (what, count) in rung.Failures) Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {count} × {what}"));
        _rungs.Add(rung);
        return rung;
    }

    // As if everybody had chosen something once.
    private static async Task ProfilesAsync(StormFarm farm, LargeTown town)
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(farm.Redis.Endpoint);
        var (db, keys) = (connection.GetDatabase(), new KeySpace(StormFarm.Farm));
        var text = ProfileText.Write(new PersonalProfile(1, ImmutableDictionary<string, string>.Empty.Add("language", "en"), null));
        foreach (var some in Enumerable.Range(0, town.People).Chunk(10_000))
            await Task.WhenAll(some.Select(person => db.StringSetAsync(keys.Profile(new PersonId($"{StormCity.Tenants(farm.Plan)[0]}/{LargeTown.Login(person)}")), text)));
    }

    private void Tell(string name, string meaning, IEnumerable<ImmutableArray<Rung>> axes, Func<Rung, double> cost)
    {
        var ratios = axes.Where(axis => axis.Length > 1).Select(axis => cost(axis[^1]) / cost(axis[0])).ToArray();
        if (ratios.Length > 0) report.Add($"{name}Ratio", ratios.Max(), meaning);
    }

    private static string Name(string axis, int count) => string.Create(CultureInfo.InvariantCulture, $"{axis}{count}");

    // So many times as many on each rung; the last is the most.
    private IEnumerable<int> Rungs(int fewest, int most)
    {
        for (var count = (long)fewest; count < most; count *= step) yield return (int)count;
        if (most > 0) yield return most;
    }
}
