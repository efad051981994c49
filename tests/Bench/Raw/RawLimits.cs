using System.Diagnostics;
using System.Globalization;
using StackExchange.Redis;
using VdiBroker.Bench.Storm;
using VdiBroker.Protocol.Station.V1;

namespace VdiBroker.Bench.Raw;

/// <summary>How often a second the parts of a sign-in can be had alone, on the same servers: what no broker can pass.</summary>
/// <param name="Binds">Re-binds on kept LDAPS connections, straight over libldap.</param>
/// <param name="Searches">Searches for a person's groups, the same way.</param>
/// <param name="Scripts">Script calls at the Redis: seat on the least loaded of 40 hosts, in one connection with many in flight.</param>
/// <param name="Calls">Empty gRPC calls over kept mTLS connections to a bare server.</param>
/// <param name="CallCpuMs">CPU of that server for each, ms.</param>
/// <param name="BindCpuMs">CPU of the client's side of a re-bind, ms.</param>
/// <param name="SearchCpuMs">The same of a search.</param>
/// <param name="ScriptCpuMs">The same of a script call.</param>
internal sealed record RawLimits(double Binds, double Searches, double Scripts, double Calls, double CallCpuMs, double BindCpuMs, double SearchCpuMs, double ScriptCpuMs)
{
    private const int LdapConnections = 8;
    private const int InFlight = 64;
    private const int FewConnections = 16;
    private const double CompilerSeconds = 5;

    private const string LeastLoaded = """
        local h = redis.call('ZPOPMIN', KEYS[1])
        if #h == 0 then return false end
        redis.call('ZADD', KEYS[1], tonumber(h[2]) + 1, h[1])
        redis.call('HSET', KEYS[2], ARGV[1], h[1])
        return h[1]
        """;

    /// <summary>How many connections the calls came over: on one of its own each call is read, answered and waited for alone, which costs both sides more.</summary>
    public int Connections { get; init; } = FewConnections;

    /// <summary>Sign-ins a second of a broker that costs nothing: each of the four once, one after the other.</summary>
    public double Bound => 1 / ((1 / Binds) + (1 / Searches) + (1 / Scripts) + (1 / Calls));

    /// <summary>The same with as many of each as a sign-in has, see <see cref="SignInParts"/>.</summary>
    public double BoundOf(SignInParts parts) => 1 / ((parts.Binds / Binds) + (parts.Searches / Searches) + (parts.Scripts / Scripts) + (parts.Calls / Calls));

    /// <summary>CPU in ms, on the broker's side of its parts alone, of as many of each as a sign-in has, where a call takes so much of it.</summary>
    public double CpuMsOf(SignInParts parts, double callCpuMs) => (parts.Calls * callCpuMs) + (parts.Binds * BindCpuMs) + (parts.Searches * SearchCpuMs) + (parts.Scripts * ScriptCpuMs);

    /// <summary>In the middle of two measurements.</summary>
    public static RawLimits Between(RawLimits one, RawLimits other)
    {
        double Middle(Func<RawLimits, double> part) => (part(one) + part(other)) / 2;
        return new RawLimits(Middle(raw => raw.Binds), Middle(raw => raw.Searches), Middle(raw => raw.Scripts), Middle(raw => raw.Calls),
            Middle(raw => raw.CallCpuMs), Middle(raw => raw.BindCpuMs), Middle(raw => raw.SearchCpuMs), Middle(raw => raw.ScriptCpuMs))
        {
            Connections = one.Connections,
        };
    }

    /// <summary>Adds them.</summary>
    public void Tell(Report report)
    {
        report.Add("rawBindsPerSecond", Binds, "re-binds/s, libldap straight, 8 kept LDAPS connections");
        report.Add("rawSearchesPerSecond", Searches, "group searches/s, the same way");
        report.Add("rawScriptsPerSecond", Scripts, "Redis script calls/s, 64 in flight");
        report.Add("rawCallsPerSecond", Calls, string.Create(CultureInfo.InvariantCulture, $"empty mTLS gRPC calls/s, {InFlight} in flight on {Connections} connections, both sides on these cores"));
        report.Add("rawCallCpuMs", CallCpuMs, "ms of the bare server's CPU for each of them");
        report.Add("rawBindCpuMs", BindCpuMs, "ms of the client's CPU for each re-bind, libldap straight");
        report.Add("rawSearchCpuMs", SearchCpuMs, "the same for each group search");
        report.Add("rawScriptCpuMs", ScriptCpuMs, "the same for each script call, 64 in flight");
        report.Add("boundPerSecond", Bound, "sign-ins/s of a broker that costs nothing");
    }

    /// <summary>Measures each for so long, the calls over so many connections.</summary>
    public static async Task<RawLimits> MeasureAsync(StormFarm farm, TimeSpan time, CancellationToken cancel, int connections = FewConnections)
    {
        var people = farm.People;
        var binds = await OverLdapAsync(farm, time, (ldap, i) => ldap.Bind(people[(int)(i % people.Count)].Dn, people[(int)(i % people.Count)].Password));
        var searches = await OverLdapAsync(farm, time, (ldap, i) => ldap.SearchGroups(farm.Directory.People.GroupsBase, people[(int)(i % people.Count)].Dn));
        var scripts = await ScriptsAsync(farm, time);
        var (calls, callCpuMs) = await CallsAsync(farm, time, connections, InFlight, cancel);
        return new RawLimits(binds.PerSecond, searches.PerSecond, scripts.PerSecond, calls, callCpuMs, binds.CpuMicroseconds / 1000, searches.CpuMicroseconds / 1000, scripts.CpuMicroseconds / 1000) { Connections = connections };
    }

    private static async Task<Round> OverLdapAsync(StormFarm farm, TimeSpan time, Action<RawLdap, long> once)
    {
        var clients = Enumerable.Range(0, LdapConnections).Select(_ => new RawLdap(farm.Directory.LdapsUri, farm.Directory.CaFile)).ToArray();
        try
        {
            // Groups are for the broker's account to read.
            var password = await File.ReadAllTextAsync(farm.Directory.BrokerPasswordFile);
            foreach (var client in clients) client.Bind(farm.Directory.BrokerDn, password);
            return await Round.OnThreadsAsync(LdapConnections, time, number => i => () => once(clients[number], (i * LdapConnections) + number));
        }
        finally
        {
            foreach (var client in clients) client.Dispose();
        }
    }

    private static async Task<Round> ScriptsAsync(StormFarm farm, TimeSpan time)
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(farm.Redis.Endpoint);
        var db = connection.GetDatabase();
        RedisKey[] keys = ["{raw}:hosts", "{raw}:seats"];
        for (var host = 0; host < 40; host++) await db.SortedSetAddAsync(keys[0], string.Create(CultureInfo.InvariantCulture, $"h{host}"), 0);
        var round = await Round.InFlightAsync(InFlight, time, i => db.ScriptEvaluateAsync(LeastLoaded, keys, [i % 5000]));
        await db.KeyDeleteAsync(keys);
        return round;
    }

    /// <summary>Measures empty calls alone, over so many connections, so many in flight.</summary>
    /// <returns>Calls a second, and ms of the bare server's CPU for each.</returns>
    public static async Task<(double PerSecond, double CpuMs)> CallsAsync(StormFarm farm, TimeSpan time, int connections, int inFlight, CancellationToken cancel)
    {
        await using var server = await BareServer.StartAsync(farm, cancel);
        var channels = Enumerable.Range(0, connections).Select(number => farm.Station(number, server.Uri)).ToArray();
        try
        {
            var clients = channels.Select(channel => new StationService.StationServiceClient(channel)).ToArray();
            await Round.EachAsync(FewConnections, connections, async number => await clients[number].CloseAsync(new CloseRequest(), deadline: DateTime.UtcNow + TimeSpan.FromSeconds(10), cancellationToken: cancel));
            Task<Round> RoundAsync(TimeSpan lasting) => Round.InFlightAsync(inFlight, lasting, async i => await clients[i % connections].CloseAsync(new CloseRequest(), cancellationToken: cancel));
            // The first is for the compiler, which is not done in a second.
            await RoundAsync(TimeSpan.FromSeconds(Math.Clamp(time.TotalSeconds * 4, 0, Math.Max(CompilerSeconds, time.TotalSeconds))));
            var (before, clock) = (Cpu.Of(server.Pid), Stopwatch.StartNew());
            var round = await RoundAsync(time);
            return (round.PerSecond, (Cpu.Of(server.Pid) - before).TotalMilliseconds / (round.PerSecond * clock.Elapsed.TotalSeconds));
        }
        finally
        {
            foreach (var channel in channels) channel.Dispose();
        }
    }
}
