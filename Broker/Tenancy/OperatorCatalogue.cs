using System.Collections.Frozen;
using VdiBroker.CityFile;
using VdiBroker.Kernel;

namespace VdiBroker.Tenancy;

/// <summary>The declared operators: the section <c>operators</c> of the city file. Who is not in it any more may do nothing from the broker's next start on, whatever certificate they hold.</summary>
internal sealed record OperatorCatalogue(FrozenDictionary<string, Operator> Operators)
{
    private const string All = "all";

    /// <summary>The operator of this name in the certificate; null = none is declared.</summary>
    public Operator? Find(string name) => Operators.GetValueOrDefault(name);

    /// <summary>Reads the section, which may be missing; faults go to the document.</summary>
    public static OperatorCatalogue Read(CityDocument city, TenantCatalogue tenants)
    {
        var operators = new Dictionary<string, Operator>(StringComparer.Ordinal);
        foreach (var map in city.Root.Maps("operators", mayBeMissing: true))
        {
            var name = map.Id("name");
            if (!operators.TryAdd(name, new Operator(name, TenantsOf(map, tenants)))) map.Fault("name", $"there are two operators '{name}'");
            map.Close();
        }
        return new OperatorCatalogue(operators.ToFrozenDictionary(StringComparer.Ordinal));
    }

    private static FrozenSet<TenantId>? TenantsOf(CityMap map, TenantCatalogue tenants)
    {
        var named = map.Texts("tenants");
        if (named is [All]) return null;
        foreach (var text in named.Where(text => !tenants.Tenants.ContainsKey(new TenantId(text))))
            map.Fault("tenants", $"there is no tenant '{text}' (tenants: {string.Join(", ", tenants.Tenants.Keys)}; '{All}' alone = all of them)");
        return named.Select(text => new TenantId(text)).ToFrozenSet();
    }
}
