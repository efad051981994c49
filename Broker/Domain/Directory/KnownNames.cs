using System.Collections.Immutable;
using VdiBroker.Kernel;

namespace VdiBroker.Directory;

/// <summary>Whose name it is when more than one tenant knows it.</summary>
public static class KnownNames
{
    /// <summary>Chooses among those who bear a name.</summary>
    /// <param name="bearers">The tenant of each of them; a tenant may stand there twice.</param>
    /// <param name="station">The tenant of the station where the name was typed: it is preferred, and nobody is kept out by it.</param>
    /// <returns>The place of the chosen one in <paramref name="bearers"/>; null = nobody, or it cannot be told.</returns>
    public static int? Choose(ImmutableArray<TenantId> bearers, TenantId? station)
    {
        if (bearers.Length == 1) return 0;
        if (station is not { } here) return null;
        var place = bearers.IndexOf(here);
        return place >= 0 && bearers.LastIndexOf(here) == place ? place : null;
    }
}
