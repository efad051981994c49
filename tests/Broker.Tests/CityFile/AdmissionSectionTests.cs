using VdiBroker.CityFile;
using VdiBroker.Directory;
using VdiBroker.Kernel;
using Xunit;

namespace VdiBroker.Broker.Tests.CityFile;

public sealed class AdmissionSectionTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Without_a_section_the_defaults_hold_and_limited_mode_is_off()
    {
        var city = Document("tenants: [{ id: drancy }]");
        Assert.Equal(LockoutPolicy.Default, LockoutSection.Read(city));
        var limited = LimitedTenants.Read(city);
        Assert.Equal([new TenantId("drancy")], limited.Off);
        Assert.Empty(city.Faults);
    }

    [Fact]
    public void Every_figure_can_be_set()
    {
        var city = Document("""
            lockout:
              person: { tries: 4, within: 5m, pause: 2m }
              station: { tries: 30, within: 6m, pause: 30s, longest_pause: 5m, forgiven_after: 2h }
              everywhere: { tries: 12, within: 20m, pause: 3m, stations: 4, most_from_one: 3 }
            tenants: [{ id: drancy, limited: { days: 3 } }]
            """);
        Assert.Equal(
            new LockoutPolicy
            {
                Here = new TryLimit(4, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(2)),
                Station = new TryLimit(30, TimeSpan.FromMinutes(6), TimeSpan.FromSeconds(30)),
                LongestStationPause = TimeSpan.FromMinutes(5),
                StationForgivenAfter = TimeSpan.FromHours(2),
                Everywhere = new TryLimit(12, TimeSpan.FromMinutes(20), TimeSpan.FromMinutes(3)),
                Stations = 4,
                MostFromOneStation = 3,
            },
            LockoutSection.Read(city));
        Assert.Equal(TimeSpan.FromDays(3), LimitedTenants.Read(city).Lives[new TenantId("drancy")]);
        Assert.Empty(city.Faults);
    }

    [Fact]
    public void It_can_be_switched_off() => Assert.False(LockoutSection.Read(Document("lockout: { enabled: false }")).IsOn);

    [Theory]
    [InlineData("lockout: { person: { tries: 1 } }", "must be a whole number from 2 to 1000")]
    [InlineData("lockout: { person: { tris: 3 } }", "did you mean 'tries'?")]
    [InlineData("lockout: { everywhere: { stations: 1 } }", "must be a whole number from 2 to 100")]
    [InlineData("lockout: { station: { pause: 20m } }", "'longest_pause' must be at least 'pause'")]
    [InlineData("lockout: { person: { pause: 48h } }", "must be from 1s to 24h")]
    [InlineData("lockout: { enabled: maybe }", "must be true or false")]
    [InlineData("tenants: [{ id: drancy, limited: { days: 0 } }]", "must be a whole number from 1 to 31")]
    [InlineData("tenants: [{ id: drancy, limited: {} }]", "'days' is missing")]
    public void A_fault_says_what_to_do(string yaml, string says)
    {
        var city = Document(yaml);
        LockoutSection.Read(city);
        LimitedTenants.Read(city);
        Assert.Contains(city.Faults, fault => fault.Message.Contains(says, StringComparison.Ordinal));
    }

    private CityDocument Document(string yaml)
    {
        File.WriteAllText(_file, yaml);
        return CityDocument.Read(_file);
    }
}
