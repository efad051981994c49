using Microsoft.Extensions.Logging.Abstractions;
using VdiBroker.City.Directory;
using VdiBroker.Ldap;

namespace VdiBroker.Bench;

/// <summary>Checks of passwords through the broker's LDAP room, beside a loop straight over libldap, on the same slapd, in turn.</summary>
internal static class ChecksPart
{
    private const int People = 1000;

    /// <summary>Measures it.</summary>
    public static async Task MeasureAsync(Report report, Effort effort, CancellationToken cancel)
    {
        report.AddLoad("checksLoad");
        await using var town = await BenchDirectory.StartAsync(Townspeople.Make(extra: People), "127.0.0.51", cancel);
        using var service = new LdapService(town.Service("bench", effort.Connections), new LdapLog(NullLogger<LdapLog>.Instance), TimeProvider.System);
        var (raw, ours) = (new List<Round>(), new List<Round>());
        for (var round = -1; round < effort.Rounds; round++)
        {
            var limit = round < 0 ? effort.Warmth : effort.Time;
            var straight = await StraightAsync(town, effort.Connections, limit);
            var through = await Round.InFlightAsync(4 * effort.Connections, limit, i => CheckAsync(service, town.Person(i), cancel));
            if (round < 0) continue;
            raw.Add(straight);
            ours.Add(through);
        }
        var (bare, broker) = (Round.Median(raw), Round.Median(ours));
        report.Add("rawBindsPerSecond", bare.PerSecond, $"binds/s, libldap straight, {effort.Connections} connections, LDAPS");
        report.Add("rawCpuMicroseconds", bare.CpuMicroseconds, "µs of client CPU for each");
        report.Add("bindsPerSecond", broker.PerSecond, $"binds/s through the broker's LDAP room, {effort.Connections} connections, {4 * effort.Connections} in flight");
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
