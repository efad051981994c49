using System.Collections.Frozen;
using VdiBroker.CityFile;
using VdiBroker.Kernel;

namespace VdiBroker.Tenancy;

/// <summary>The declared tenants: the ids and names of the section <c>tenants</c> of the city file.</summary>
internal sealed record TenantCatalogue(FrozenDictionary<TenantId, Tenant> Tenants)
{
    /// <summary>Reads the section; faults go to the document. The tenants' directory branches are read by the directory room.</summary>
    public static TenantCatalogue Read(CityDocument city)
    {
        var tenants = new Dictionary<TenantId, Tenant>();
        foreach (var map in city.Root.Maps("tenants"))
        {
            var tenant = new Tenant(new TenantId(map.Id("id")), map.Text("name"));
            if (!tenants.TryAdd(tenant.Id, tenant)) map.Fault("id", $"there are two tenants '{tenant.Id}'");
        }
        return new TenantCatalogue(tenants.ToFrozenDictionary());
    }

    /// <summary>Reads a reference to a tenant; an unknown one is a fault.</summary>
    public TenantId Reference(CityMap map, string key)
    {
        var id = new TenantId(map.Id(key));
        if (id.Value.Length > 0 && !Tenants.ContainsKey(id)) map.Fault(key, $"there is no tenant '{id}' (tenants: {string.Join(", ", Tenants.Keys)})");
        return id;
    }
}
