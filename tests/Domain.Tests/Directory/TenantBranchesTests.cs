using VdiBroker.Directory;
using VdiBroker.Kernel;
using Xunit;

namespace VdiBroker.Domain.Tests.Directory;

public sealed class TenantBranchesTests
{
    private const string People = "ou=people,dc=agglo,dc=test";
    private const string Groups = "ou=groups,dc=agglo,dc=test";
    private static readonly TenantId Drancy = new("drancy");
    private static readonly TenantId Dugny = new("dugny");

    private static readonly TenantBranches Branches = TenantBranches.Make(
        [new TenantBranch(Drancy, "agglo", $"ou=drancy,{People}"), new TenantBranch(Dugny, "agglo", $"ou=dugny,{People}")], People, Groups);

    [Theory]
    [InlineData("uid=a,ou=drancy,ou=people,dc=agglo,dc=test", "drancy")]
    [InlineData("uid=a,OU=Dugny,ou=people,dc=agglo,dc=test", "dugny")]
    [InlineData("uid=a,ou=anciens,ou=people,dc=agglo,dc=test", null)]
    [InlineData("uid=a,ou=people,dc=agglo,dc=test", null)]
    public void A_person_belongs_to_the_tenant_of_the_branch(string dn, string? tenant) =>
        Assert.Equal(tenant, Branches.TenantOf(Dn(dn))?.Value);

    [Theory]
    [InlineData("cn=agents,ou=drancy,ou=groups,dc=agglo,dc=test", true)]
    [InlineData("cn=agents,ou=dugny,ou=groups,dc=agglo,dc=test", false)]
    [InlineData("cn=tous,ou=groups,dc=agglo,dc=test", true)]
    public void A_group_of_another_tenant_never_counts_and_a_shared_one_does(string dn, bool counts) =>
        Assert.Equal(counts, Branches.Counts(Dn(dn), Drancy));

    [Fact]
    public void The_groups_branch_that_a_tenant_names_is_its_own()
    {
        var named = TenantBranches.Make(
            [
                new TenantBranch(Drancy, "agglo", $"ou=drancy,{People}") { GroupsUnder = "ou=roles,ou=d,dc=agglo,dc=test" },
                new TenantBranch(Dugny, "agglo", $"ou=dugny,{People}"),
            ], People, Groups);
        Assert.True(named.Counts(Dn("cn=agents,ou=roles,ou=d,dc=agglo,dc=test"), Drancy));
        Assert.False(named.Counts(Dn("cn=agents,ou=roles,ou=d,dc=agglo,dc=test"), Dugny));
    }

    [Fact]
    public void One_tenant_that_is_the_whole_directory_has_all_of_its_groups()
    {
        var alone = TenantBranches.Make([new TenantBranch(Drancy, "agglo", People)], People, Groups);
        Assert.Equal(Drancy, alone.TenantOf(Dn($"uid=a,{People}")));
        Assert.True(alone.Counts(Dn($"cn=agents,{Groups}"), Drancy));
    }

    [Fact]
    public void Tenants_with_bases_of_their_own_have_the_groups_below_those()
    {
        var apart = TenantBranches.Make(
            [
                new TenantBranch(Drancy, "agglo", "o=drancy,dc=test") { PeopleBase = "o=drancy,dc=test", GroupsBase = "o=drancy,dc=test" },
                new TenantBranch(Dugny, "agglo", $"ou=dugny,{People}"),
            ], People, Groups);
        Assert.False(apart.Counts(Dn("cn=agents,o=drancy,dc=test"), Dugny));
        Assert.True(apart.Counts(Dn("cn=agents,o=drancy,dc=test"), Drancy));
        Assert.Equal([Drancy], apart.TenantsOf(Dn("uid=a,o=drancy,dc=test")).ToArray());
    }

    [Fact]
    public void Two_tenants_of_one_branch_both_hold_its_people()
    {
        var twins = TenantBranches.Make([new TenantBranch(Drancy, "agglo", People), new TenantBranch(Dugny, "agglo", People)], People, Groups);
        Assert.Equal([Drancy, Dugny], twins.TenantsOf(Dn($"uid=a,{People}")).ToArray());
        Assert.Null(twins.TenantOf(Dn($"uid=a,{People}")));
    }

    private static DistinguishedName Dn(string text) => DistinguishedName.Parse(text) ?? throw new ArgumentException(text);
}
