using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;
using VdiBroker.City.Directory;
using VdiBroker.Ldap;

namespace VdiBroker.Bench;

/// <summary><c>binds</c>: checks of passwords through the broker's LDAP room, beside a loop straight over libldap, on the same slapd.</summary>
internal static class BindsCommand
{
    private const int People = 1000;

    /// <summary>The command.</summary>
    public static Command Build()
    {
        var seconds = new Option<double>("--seconds") { Description = "length of each round", DefaultValueFactory = _ => 4 };
        var rounds = new Option<int>("--rounds") { Description = "rounds of each kind, in turn", DefaultValueFactory = _ => 5 };
        var connections = new Option<int>("--connections") { Description = "connections to the directory", DefaultValueFactory = _ => 4 };
        var json = new Option<FileInfo?>("--json") { Description = "takes the figures" };
        var command = new Command("binds", "password checks a second and their CPU, beside raw libldap") { seconds, rounds, connections, json };
        command.SetAction(async (parsed, cancel) =>
        {
            var report = new Report();
            await MeasureAsync(report, TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(rounds), parsed.GetValue(connections), cancel);
            report.Write(Console.Out, parsed.GetValue(json));
        });
        return command;
    }

    private static async Task MeasureAsync(Report report, TimeSpan time, int rounds, int connections, CancellationToken cancel)
    {
        await using var town = await BenchDirectory.StartAsync(Townspeople.Make(extra: People), "127.0.0.51", cancel);
        using var service = new LdapService(town.Service("bench", connections), new LdapLog(NullLogger<LdapLog>.Instance), TimeProvider.System);
        var (raw, ours) = (new List<Round>(), new List<Round>());
        // One round of each that does not count: code is compiled, connections are made.
        for (var round = -1; round < rounds; round++)
        {
            var limit = round < 0 ? TimeSpan.FromSeconds(1) : time;
            var straight = await StraightAsync(town, connections, limit);
            var through = await Round.InFlightAsync(4 * connections, limit, i => CheckAsync(service, town.Person(i), cancel));
            if (round < 0) continue;
            raw.Add(straight);
            ours.Add(through);
        }
        var (bare, broker) = (Round.Median(raw), Round.Median(ours));
        report.Add("rawBindsPerSecond", bare.PerSecond, $"binds/s, libldap straight, {connections} connections, LDAPS");
        report.Add("rawCpuMicroseconds", bare.CpuMicroseconds, "µs of client CPU for each");
        report.Add("bindsPerSecond", broker.PerSecond, $"binds/s through the broker's LDAP room, {connections} connections, {4 * connections} in flight");
        report.Add("cpuMicroseconds", broker.CpuMicroseconds, "µs of client CPU for each");
        report.Add("ratioToLibldap", broker.PerSecond / bare.PerSecond, "aim: at least 0.8");
    }

    private static async Task<Round> StraightAsync(BenchDirectory town, int connections, TimeSpan time)
    {
        var clients = Enumerable.Range(0, connections).Select(_ => new RawLdap(town.Slapd.LdapsUri, town.Slapd.CaFile)).ToArray();
        try
        {
            return await Round.OnThreadsAsync(connections, time, number => i => () =>
            {
                var person = town.Person((i * connections) + number);
                clients[number].Bind(person.Dn, person.Password);
            });
        }
        finally
        {
            foreach (var client in clients) client.Dispose();
        }
    }

    private static async Task CheckAsync(LdapService service, Townsperson person, CancellationToken cancel)
    {
        var answer = await service.BindAsync(person.Dn, person.Password, cancel);
        if (answer.Code != LdapResult.Success) throw new InvalidOperationException($"a right password was answered with {answer.Code}");
    }
}
