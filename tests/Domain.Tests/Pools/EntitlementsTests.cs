using VdiBroker.Kernel;
using VdiBroker.Pools;
using Xunit;

namespace VdiBroker.Domain.Tests.Pools;

public sealed class EntitlementsTests
{
    private static readonly TenantId _drancy = new("drancy");
    private static readonly TenantId _dugny = new("dugny");
    private static readonly Entitlement[] _entitlements =
    [
        new(_drancy, "agents", [new PoolId("bureau")]),
        new(_drancy, "elus", [new PoolId("elus"), new PoolId("bureau")]),
        new(_dugny, "agents", [new PoolId("dugny")]),
    ];

    [Fact]
    public void Groups_of_one_tenant_give_no_right_in_another() =>
        Assert.Equal([new PoolId("dugny")], Entitlements.PoolsOf(_entitlements, _dugny, ["agents", "elus"]).ToArray());

    [Fact]
    public void Each_pool_comes_once_in_the_declared_order() =>
        Assert.Equal([new PoolId("bureau"), new PoolId("elus")], Entitlements.PoolsOf(_entitlements, _drancy, ["elus", "agents"]).ToArray());

    [Fact]
    public void Case_of_a_group_name_does_not_matter() =>
        Assert.Equal([new PoolId("bureau")], Entitlements.PoolsOf(_entitlements, _drancy, ["AGENTS"]).ToArray());

    [Fact]
    public void Nobody_has_a_right_without_a_group() =>
        Assert.Empty(Entitlements.PoolsOf(_entitlements, _drancy, ["stagiaires"]));
}
