using System.Net;
using Xunit;

namespace VdiBroker.Broker.Tests.Edge;

/// <summary>What <c>broker.json</c> may say, and what it is told when it says something else.</summary>
public sealed class BrokerOptionsTests : IDisposable
{
    private readonly string _folder = System.IO.Directory.CreateTempSubdirectory("vdi-options-").FullName;

    public BrokerOptionsTests()
    {
        foreach (var file in (string[])["city.yaml", "ca.crt", "own.crt", "own.key"]) File.WriteAllText(Path.Combine(_folder, file), "");
    }

    [Fact]
    public void Names_stand_in_any_case_with_comments_and_what_is_not_said_is_as_it_is_by_itself()
    {
        var (options, faults) = Read("""
            {
              // ours
              "Listen": "127.0.0.1:7443",
              "tls": { "CA": "ca.crt", "certificate": "own.crt", "key": "own.key" },
              "redis": { "endpoints": ["127.0.0.1:6379", "127.0.0.2:6379"], "sentinelMaster": "town", "waitReplicas": 2, "tls": true },
              "telemetry": { "traces": 0.25, "otlp": "http://127.0.0.1:4317" },
              "log": "journal",
            }
            """);
        Assert.Empty(faults);
        Assert.Equal(IPEndPoint.Parse("127.0.0.1:7443"), options.Endpoint);
        Assert.Equal((Path.Combine(_folder, "city.yaml"), Path.Combine(_folder, "ca.crt"), "/var/lib/vdibroker"), (options.City, options.Tls.Ca, options.State));
        Assert.Equal(["127.0.0.1:6379", "127.0.0.2:6379"], options.Redis!.Endpoints);
        Assert.Equal(("town", 2, true, null), (options.Redis.SentinelMaster, options.Redis.Waited, options.Redis.Tls, options.Redis.PasswordFile));
        Assert.Equal((0.25, "", "journal"), (options.Telemetry.Traces, options.Telemetry.Prometheus, options.Log));
        Assert.Null(options.Enrolment);
    }

    [Theory]
    [InlineData("""
        {
          "listen": "127.0.0.1:7443",
          "lisen": "x"
        }
        """, ":3: ", "'lisen'")]
    [InlineData("""{ "listen": "127.0.0.1:7443", "tls": { "cert": "own.crt" } }""", ":1: ", "'cert'")]
    [InlineData("""{ "tls": { "ca": "ca.crt", "stationCa": "own.crt" } }""", ":1: ", "'stationCa'")]
    [InlineData("""{ "endpoint": "127.0.0.1:7443" }""", ":1: ", "'endpoint'")]
    [InlineData("""{ "telemetry": { "endpoint": "127.0.0.1:9464" } }""", ":1: ", "'endpoint'")]
    [InlineData("""{ "redis": { "waited": 1 } }""", ":1: ", "'waited'")]
    [InlineData("""{ "listen": 7443 }""", ":1: ", "$.listen")]
    [InlineData("""{ "listen": "127.0.0.1:7443", "log": "json", "Listen": "127.0.0.1:7444" }""", ":1: ", "isten")]
    [InlineData("""{ "listen": null }""", ":1: ", "null")]
    [InlineData("""{ "redis": { "endpoints": "127.0.0.1:6379" } }""", ":1: ", "$.redis.endpoints")]
    [InlineData("""
        {
          "listen": "127.0.0.1:7443"
          "log": "json"
        }
        """, ":3: ", "$")]
    [InlineData("", ":1: ", "$")]
    public void What_it_cannot_mean_is_told_with_its_line_and_its_name(string text, string line, string name)
    {
        var fault = Assert.Single(Read(text).Faults);
        Assert.StartsWith(Path.Combine(_folder, "broker.json") + line, fault, StringComparison.Ordinal);
        Assert.Contains(name, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_told()
    {
        var path = Path.Combine(_folder, "nowhere.json");
        _ = BrokerOptions.Read(path, out var faults);
        Assert.Contains(path, Assert.Single(faults), StringComparison.Ordinal);
    }

    public void Dispose() => System.IO.Directory.Delete(_folder, recursive: true);

    private (BrokerOptions Options, IReadOnlyList<string> Faults) Read(string text)
    {
        var path = Path.Combine(_folder, "broker.json");
        File.WriteAllText(path, text);
        return (BrokerOptions.Read(path, out var faults), faults);
    }
}
