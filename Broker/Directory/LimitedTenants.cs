using System.Collections.Immutable;
using VdiBroker.CityFile;
using VdiBroker.Kernel;

namespace VdiBroker.Directory;

/// <summary>Where limited mode is on: <c>limited: { days: 7 }</c> of a tenant in the city file. Off for a tenant that does not say so.</summary>
/// <param name="All">Every declared tenant.</param>
/// <param name="Lives">How long a full sign-in lets a person in without their directory; only tenants where the mode is on.</param>
internal sealed record LimitedTenants(ImmutableArray<TenantId> All, ImmutableDictionary<TenantId, TimeSpan> Lives)
{
    private const int MostDays = 31;

    /// <summary>Limited mode is on for nobody.</summary>
    public static readonly LimitedTenants None = new([], ImmutableDictionary<TenantId, TimeSpan>.Empty);

    /// <summary>Tenants whose verifiers must not be there.</summary>
    public IEnumerable<TenantId> Off => All.Where(tenant => !Lives.ContainsKey(tenant));

    /// <summary>Reads the tenants' <c>limited</c>; faults go to the document.</summary>
    public static LimitedTenants Read(CityDocument city)
    {
        var all = new List<TenantId>();
        var lives = ImmutableDictionary.CreateBuilder<TenantId, TimeSpan>();
        foreach (var map in city.Root.Maps("tenants", mayBeMissing: true))
        {
            // Faults of the id, and every other key, are told by the readers of the tenants themselves.
            var tenant = new TenantId(map.TextOr("id", "")!);
            all.Add(tenant);
            if (!map.Has("limited")) continue;
            var limited = map.Map("limited", mayBeMissing: true);
            lives[tenant] = TimeSpan.FromDays(limited.Number("days", 1, MostDays));
            limited.Close();
        }
        return new LimitedTenants([.. all.Distinct()], lives.ToImmutable());
    }
}
