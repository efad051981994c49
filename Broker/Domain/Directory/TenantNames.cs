using System.Collections.Frozen;
using System.Collections.Immutable;
using VdiBroker.Kernel;

namespace VdiBroker.Directory;

/// <summary>How tenants are named: by words in login names, and by their stations. Made once from the configuration.</summary>
public sealed class TenantNames
{
    private readonly FrozenDictionary<string, TenantId> _words;
    private readonly ImmutableArray<(StationPattern Pattern, TenantId Tenant)> _stations;

    private TenantNames(FrozenDictionary<string, TenantId> words, ImmutableArray<(StationPattern, TenantId)> stations) => (_words, _stations) = (words, stations);

    /// <summary>Gathers the words and patterns of all tenants. Of a word or pattern that two tenants have, the first has it.</summary>
    public static TenantNames Make(IEnumerable<TenantBranch> tenants)
    {
        var all = tenants.ToArray();
        var words = all.SelectMany(tenant => tenant.Words.Prepend(tenant.Tenant.Value).Select(word => (Word: TextForms.Fold(word), tenant.Tenant)));
        return new TenantNames(
            words.DistinctBy(pair => pair.Word).ToFrozenDictionary(pair => pair.Word, pair => pair.Tenant),
            // A whole name before patterns, then the pattern that says most.
            [.. all.SelectMany(tenant => tenant.Stations.Select(pattern => (pattern, tenant.Tenant))).OrderByDescending(pair => pair.pattern.Precision)]);
    }

    /// <summary>The tenant that the person named; null = none, or one that nobody knows: then the whole text is the name.</summary>
    public TenantId? TenantOf(LoginName login) => login.TenantWord is { } word && _words.TryGetValue(TextForms.Fold(word), out var tenant) ? tenant : null;

    /// <summary>The tenant whose station it is; null = nobody's in particular.</summary>
    public TenantId? TenantOf(StationId station)
    {
        foreach (var (pattern, tenant) in _stations)
            if (pattern.Fits(station)) return tenant;
        return null;
    }
}
