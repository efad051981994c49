using VdiBroker.CityFile;
using VdiBroker.Directory;
using VdiBroker.Hosts;
using VdiBroker.Machines;
using VdiBroker.Pools;
using VdiBroker.Profiles;
using VdiBroker.Records;
using VdiBroker.Sessions;
using VdiBroker.Tenancy;

namespace VdiBroker;

/// <summary>The whole city file, read: each room's sections.</summary>
internal sealed record CityPlan(string City, string Farm, TenantCatalogue Tenants, DirectoryCatalogue Directories, HostCatalogue Hosts, PoolCatalogue Pools, ProfileRulebook Profiles)
{
    /// <summary>How guessing is slowed.</summary>
    public LockoutPolicy Lockout { get; init; } = LockoutPolicy.Default;

    /// <summary>Where limited mode is on.</summary>
    public LimitedTenants Limited { get; init; } = LimitedTenants.None;

    /// <summary>The machines of all pools of kind <c>fixed</c>.</summary>
    public MachineCatalogue Machines { get; init; } = MachineCatalogue.None;

    /// <summary>How records of sign-ins are kept.</summary>
    public RecordOptions Records { get; init; } = new();

    /// <summary>Who may ask for records.</summary>
    public required OperatorCatalogue Operators { get; init; }

    /// <summary>For the sign-in.</summary>
    public PeopleRules People => new(Tenants, Pools, Directories);

    /// <summary>Every rule that names a group: who may open what, and whose settings are which.</summary>
    public IEnumerable<GroupRule> GroupRules =>
        Pools.Entitlements.Select(rule => new GroupRule(rule.Tenant, rule.Group, $"entitlements: group {rule.Group}"))
            .Concat(Profiles.Rules.Where(rule => rule.Group is not null).Select(rule => new GroupRule(rule.Tenant, rule.Group!, $"profiles, line {rule.Line}")));

    /// <summary>Lets every room take its sections out of the document; what is wrong is in <see cref="CityDocument.Faults"/> afterwards.</summary>
    public static CityPlan Read(CityDocument document)
    {
        var city = document.Root.Id("city");
        var farm = document.Root.Id("farm");
        var tenants = TenantCatalogue.Read(document);
        var directories = DirectoryCatalogue.Read(document);
        var hosts = HostCatalogue.Read(document);
        var profiles = ProfileRulebook.Read(document, tenants);
        var pools = PoolCatalogue.Read(document, tenants, hosts, profiles.Places);
        var (lockout, limited, records) = (LockoutSection.Read(document), LimitedTenants.Read(document), RecordOptions.Read(document));
        var operators = OperatorCatalogue.Read(document, tenants);
        document.Root.Close();
        var machines = MachineCatalogue.Of(pools.Pools.Values.SelectMany(pool => pool.Machines));
        return new CityPlan(city, farm, tenants, directories, machines.AddTo(hosts), pools, profiles)
        {
            Lockout = lockout,
            Limited = limited,
            Machines = machines,
            Records = records,
            Operators = operators,
        };
    }
}
