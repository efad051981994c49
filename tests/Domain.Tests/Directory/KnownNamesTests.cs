using CsCheck;
using VdiBroker.Directory;
using VdiBroker.Kernel;
using Xunit;

namespace VdiBroker.Domain.Tests.Directory;

public sealed class KnownNamesTests
{
    private static readonly TenantId[] Towns = [new("drancy"), new("dugny"), new("habitat")];

    private static readonly Gen<TenantId> Town = Pick.From(Towns);

    [Fact]
    public void A_station_is_a_preference_and_never_a_restriction() =>
        Gen.Select(Town.Array[0, 4], Gen.Bool, Town).Sample((bearers, atStation, here) =>
        {
            var chosen = KnownNames.Choose([.. bearers], atStation ? here : null);
            if (bearers.Length == 1) Assert.Equal(0, chosen);
            else if (atStation && bearers.Count(tenant => tenant == here) == 1) Assert.Equal(Array.IndexOf(bearers, here), chosen);
            else Assert.Null(chosen);
        });
}
