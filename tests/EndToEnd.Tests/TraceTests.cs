using VdiBroker.City;
using VdiBroker.City.Processes;
using VdiBroker.City.Telemetry;
using Xunit;

namespace VdiBroker.EndToEnd.Tests;

/// <summary>After all others: it needs another city, whose broker tells of itself.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TracedCity
{
    public const string Name = "traced city";
}

/// <summary>A person at a real station, with the published shim, FreeRDP, xrdp and the published agent.</summary>
[Collection(TracedCity.Name)]
public sealed class TraceTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task A_sign_in_is_one_trace_from_the_station_to_its_first_picture()
    {
        await using var receiver = await OtlpReceiver.StartAsync("127.0.0.1");
        await using var city = await RunningCity.StartAsync(CityPlan.Demo() with { Pcs = [], Telemetry = $$"""{ "otlp": "{{receiver.Uri}}", "traces": 1 }""" });
        await city.ReadyAsync();
        var person = city.People["amelie.durand"];
        var station = city.Stations[0];
        await station.SignInAsync(person.Login, person.Password);
        await station.ShowsDesktopAsync(_patience);

        await Eventually.HoldsAsync("the root of the trace", _patience, () => receiver.Spans.Any(span => span.Parent.Length == 0));
        // Each service sends its own batches: whole when what each sent last has arrived.
        string[] segments = ["station", "directory", "profile", "placement", "host", "first_frame"];
        await Eventually.HoldsAsync("every segment", _patience, () => segments.All(name => receiver.Spans.Any(span => span.Name == name)) && receiver.Spans.Any(span => span.Name.EndsWith("/Shown", StringComparison.Ordinal)));
        var root = Assert.Single(receiver.Spans, span => span.Parent.Length == 0);
        Assert.Equal(("vdi-shim", "sign-in"), (root.Service, root.Name));
        Assert.All(receiver.Spans, span => Assert.Equal(root.Trace, span.Trace));
        Assert.DoesNotContain(receiver.Spans, span => span != root && receiver.Spans.All(other => other.Id != span.Parent));
        Assert.All(segments, name => Assert.Equal(root.Id, Assert.Single(receiver.Spans, span => span.Name == name).Parent));
        Assert.Contains(receiver.Spans, span => span.Name == "ldap check");
        Assert.Contains(receiver.Spans, span => span.Name == "claim_seat");
        // What lies in it is all of it: but for the clocks of three programs.
        var parts = receiver.Spans.Where(span => segments.Contains(span.Name)).Sum(span => span.Took.TotalMilliseconds);
        Assert.True(parts > root.Took.TotalMilliseconds * 0.8 && parts < root.Took.TotalMilliseconds * 1.2, string.Join('\n', receiver.Spans));
    }
}
