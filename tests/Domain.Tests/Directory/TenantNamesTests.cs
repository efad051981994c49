using System.Collections.Immutable;
using VdiBroker.Directory;
using VdiBroker.Kernel;
using Xunit;

namespace VdiBroker.Domain.Tests.Directory;

public sealed class TenantNamesTests
{
    private static readonly TenantNames Names = TenantNames.Make(
    [
        new TenantBranch(new TenantId("drancy"), "agglo", "ou=drancy,dc=test") { Words = ["drancy.fr", "DRANCY-AD"], Stations = Patterns("drancy-*", "hall") },
        new TenantBranch(new TenantId("dugny"), "agglo", "ou=dugny,dc=test") { Words = ["Ville de Dugn\u00e9"], Stations = Patterns("drancy-annexe-*", "*-hall", "drancy-7") },
    ]);

    [Theory]
    [InlineData("amelie@drancy.fr", "drancy")]
    [InlineData("amelie@DRANCY.FR", "drancy")]
    [InlineData(@"drancy-ad\amelie", "drancy")]
    [InlineData("amelie@dugny", "dugny")]
    [InlineData("amelie@ville  de dugne\u0301", "dugny")]
    [InlineData("amelie@drancy.com", null)]
    [InlineData("drancy", null)]
    public void A_word_names_a_tenant(string typed, string? tenant) => Assert.Equal(tenant, Names.TenantOf(LoginName.Parse(typed)!)?.Value);

    [Theory]
    [InlineData("drancy-12", "drancy")]
    [InlineData("drancy-", "drancy")]
    [InlineData("drancy-7", "dugny")]
    [InlineData("drancy-annexe-3", "dugny")]
    [InlineData("hall", "drancy")]
    [InlineData("town-hall", "dugny")]
    [InlineData("drancy", null)]
    [InlineData("elsewhere", null)]
    public void A_station_has_the_tenant_whose_pattern_says_most(string station, string? tenant) => Assert.Equal(tenant, Names.TenantOf(new StationId(station))?.Value);

    private static ImmutableArray<StationPattern> Patterns(params string[] texts) => [.. texts.Select(text => StationPattern.Parse(text)!)];
}
