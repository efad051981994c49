using System.Globalization;
using VdiBroker.CityFile;
using VdiBroker.Tenancy;

namespace VdiBroker.Pools;

/// <summary>How tenants share a pool: its keys <c>shares</c> and <c>waiting</c>.</summary>
internal static class SharesSection
{
    /// <summary>Reads <c>shares</c>; faults go to the document.</summary>
    /// <param name="pool">The pool's mapping.</param>
    /// <param name="tenants">Whose shares there can be.</param>
    /// <param name="seats">Seats of the pool's hosts together: what a percentage is of.</param>
    public static Shares Read(CityMap pool, TenantCatalogue tenants, int seats)
    {
        var shares = new List<TenantShare>();
        foreach (var map in pool.Maps("shares", mayBeMissing: true))
        {
            var share = new TenantShare(tenants.Reference(map, "tenant"), Seats(map, "guaranteed", seats) ?? 0, Seats(map, "most", seats));
            if (shares.Any(other => other.Tenant == share.Tenant)) map.Fault("tenant", $"there are two shares of '{share.Tenant}'");
            if (share.Most < share.Guaranteed) map.Fault("most", "'most' must not be less than 'guaranteed'");
            shares.Add(share);
            map.Close();
        }
        var promised = shares.Sum(share => share.Guaranteed);
        if (promised > seats) pool.Fault("shares", $"{promised} seats are guaranteed and its hosts have {seats}");
        return new Shares([.. shares]);
    }

    /// <summary>Reads <c>waiting</c>; faults go to the document.</summary>
    public static WaitingRules ReadWaiting(CityMap pool)
    {
        var map = pool.Map("waiting", mayBeMissing: true);
        var rules = new WaitingRules(map.Time("longest", WaitingRules.Default.Longest));
        map.Close();
        return rules;
    }

    /// <summary>Reads <c>give_back</c>; faults go to the document.</summary>
    public static GiveBackRules ReadGiveBack(CityMap pool)
    {
        var map = pool.Map("give_back", mayBeMissing: true);
        var rules = new GiveBackRules(map.Time("disconnected", GiveBackRules.Default.Disconnected), map.Time("active", TimeSpan.MaxValue) is var patience && patience < TimeSpan.MaxValue ? patience : null);
        if (pool.Has("give_back") && !pool.Has("shares")) pool.Fault("give_back", "'give_back' says nothing without 'shares': nobody is guaranteed a seat");
        map.Close();
        return rules;
    }

    // Seats, or a percentage of all of them, rounded down.
    private static int? Seats(CityMap map, string key, int all)
    {
        if (map.TextOr(key, null) is not { Length: > 0 } text) return null;
        var percent = text.EndsWith('%');
        if (int.TryParse(percent ? text[..^1] : text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && (!percent || number <= 100)) return percent ? all * number / 100 : number;
        map.Fault(key, $"'{key}: {text}' must be a number of seats, or a percentage of the pool's such as 40%");
        return null;
    }
}
