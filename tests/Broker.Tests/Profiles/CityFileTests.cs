using System.Collections.Frozen;
using VdiBroker.CityFile;
using VdiBroker.Kernel;
using VdiBroker.Profiles;
using VdiBroker.Tenancy;
using Xunit;

namespace VdiBroker.Broker.Tests.Profiles;

public sealed class CityFileTests
{
    private const string Good = """
        profiles:
          - { tenant: drancy, group: agents, keyboard: bépo, text_size: 1.5, printers: [lp1, lp2] }
          - { tenant: drancy, usb: on, volume: 30 }
        places:
          - id: salle-12
            name: { fr: Salle 12, en: Room 12 }
            stations: ["st-12-*", accueil-1]
            printers: lp12
            kind: care
            clipboard: off
          - { id: hall, name: { fr: Hall, en: Hall }, tenant: drancy, stations: [st-13-a], kind: public, when_idle: lock after 1m, contrast: high }
        """;

    [Fact]
    public void Rules_and_places_are_read_with_all_their_settings()
    {
        var (rules, faults) = Read(Good);
        Assert.Empty(faults);
        Assert.Equal("bépo|lp1,lp2|1.5", string.Join('|', rules.Rules[0].Settings.OrderBy(one => one.Key).Select(one => one.Value)));
        Assert.Equal((2, 3), (rules.Rules[0].Line, rules.Rules[1].Line));
        Assert.Equal("Salle 12", rules.PlaceOf(new StationId("st-12-c"))!.French);
        Assert.Equal("lp12", rules.PlaceOf(new StationId("accueil-1"))!.Settings["printers"]);
        Assert.Equal("disconnect after 3m, warn 20s", rules.PlaceOf(new StationId("accueil-1"))!.Settings["when_idle"]);
        Assert.Equal("lock after 1m", rules.PlaceOf(new StationId("st-13-a"))!.Settings["when_idle"]);
        Assert.Equal("hall", rules.PlaceOf(new StationId("st-13-a"))!.Id);
        Assert.Null(rules.PlaceOf(new StationId("st-13-b")));
    }

    [Fact]
    public void A_place_of_a_tenant_gives_its_settings_to_that_tenants_people_alone()
    {
        var (rules, _) = Read(Good);
        var here = new ProfileWanted(ProfileRoom.Amelie, System.Collections.Immutable.ImmutableDictionary<string, string>.Empty, new StationId("st-13-a"));
        Assert.Equal("high", ProfileMerge.Merge(rules.SourcesOf(here, null))["contrast"]);
        Assert.Equal("normal", ProfileMerge.Merge(rules.SourcesOf(here with { Person = ProfileRoom.Amelie with { Tenant = new TenantId("dugny") } }, null))["contrast"]);
    }

    [Theory]
    [InlineData("volume: 30", "volume: loud", 3, "volume: 'loud' must be a whole number from 0 to 100")]
    [InlineData("printers: [lp1, lp2]", "printers: [lp 1]", 2, "'lp 1' must be the name of a printer")]
    [InlineData("clipboard: off", "clipbord: off", 10, "did you mean 'clipboard'?")]
    [InlineData("st-13-a", "st-12-a", 11, "a station can be in both 'st-12-a' and place 'salle-12'")]
    [InlineData("st-13-a", "\"*\"", 11, "a station can be in both '*' and place 'salle-12'")]
    [InlineData("st-12-*", "ST-12-*", 7, "'ST-12-*' must be a station's name")]
    [InlineData("id: hall", "id: salle-12", 11, "there are two places 'salle-12'")]
    [InlineData("tenant: drancy, stations", "tenant: drancie, stations", 11, "there is no tenant 'drancie'")]
    [InlineData("kind: care", "kind: cared", 9, "there is no kind of station 'cared' (kinds: care, classroom, desk, public)")]
    [InlineData("lock after 1m", "lock", 11, "'lock' must be 'off' or ACT after TIME")]
    [InlineData("en: Room 12", "an: Room 12", 6, "'en' is missing")]
    public void A_fault_is_told_with_its_line_and_what_to_do(string good, string bad, int line, string says)
    {
        var (_, faults) = Read(Good.Replace(good, bad, StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.Line == line && fault.Message.Contains(says, StringComparison.Ordinal));
    }

    private static (ProfileRulebook Rules, IReadOnlyList<CityFault> Faults) Read(string yaml)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, yaml);
            var document = CityDocument.Read(path);
            var tenants = new TenantCatalogue(new Dictionary<TenantId, Tenant> { [ProfileRoom.Drancy] = new(ProfileRoom.Drancy, "Drancy") }.ToFrozenDictionary());
            return (ProfileRulebook.Read(document, tenants), document.Faults);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
