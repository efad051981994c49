using System.Globalization;
using BenchmarkDotNet.Attributes;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using VdiBroker.Protocol.Host.V1;
using VdiBroker.Protocol.Station.V1;

namespace VdiBroker.Bench.Decide;

/// <summary>The messages of a sign-in and of an agent's report, as they are read and written for each.</summary>
public class MessageBenchmarks
{
    private readonly byte[] _request = new SignInRequest { Login = "amelie.durand", Password = "correct horse battery", Language = "fr" }.ToByteArray();
    private readonly SignInReply _reply = new()
    {
        SignIn = new string('x', 43),
        Person = new Person { DisplayName = "Amélie Durand", TenantName = "Ville de Drancy" },
        Settings = new Settings { Keyboard = "fr", Language = "fr", Clipboard = "both" },
        Desktops = { new DesktopChoice { PoolId = "bureau", Name = "Bureau", Running = true } },
    };
    private readonly byte[] _report = Report();

    [Benchmark(Description = "us: reading the request of a sign-in")]
    public object ReadSignIn() => SignInRequest.Parser.ParseFrom(_request);

    [Benchmark(Description = "us: writing its reply")]
    public object WriteSignIn() => _reply.ToByteArray();

    [Benchmark(Description = "us: reading an agent's report of 50 sessions")]
    public object ReadReport() => HostReport.Parser.ParseFrom(_report);

    private static byte[] Report()
    {
        var seen = new Observation { Sequence = 1, Load = new HostLoad { Load1 = 1, Cores = 16, MemoryTotalBytes = 64UL << 30, MemoryAvailableBytes = 32UL << 30 } };
        for (var session = 0; session < 50; session++)
        {
            var user = string.Create(CultureInfo.InvariantCulture, $"agent.{session:00000}");
            seen.Sessions.Add(new ObservedSession { User = user, Display = (uint)session, Connected = true, Since = new Timestamp { Seconds = 1_790_000_000 }, SessionId = new string('s', 22), Fence = 7, Person = $"drancy/{user}", Pool = "bureau" });
        }
        return new HostReport { Observation = seen }.ToByteArray();
    }
}
