using VdiBroker.Kernel;
using VdiBroker.Profiles;

namespace VdiBroker.Sessions;

/// <summary>What somebody who has called for help is told, in French or English.</summary>
internal static class HelpWords
{
    /// <summary>True where the person reads English.</summary>
    public static bool IsEnglish(string language) => language.StartsWith("en", StringComparison.OrdinalIgnoreCase);

    /// <summary>The helpdesk knows, and what.</summary>
    public static string Called(long number, PersonId person, StationId station, (Place? Place, string Pool) known, string language)
    {
        var english = IsEnglish(language);
        var place = known.Place is { } named ? $" ({(english ? named.English : named.French)})" : "";
        var desktop = known.Pool.Length == 0 ? "" : english ? $", with the desktop “{known.Pool}”" : $", avec le bureau « {known.Pool} »";
        return english
            ? $"The helpdesk knows (call {number}): you are {person.Login}, at station {station}{place}{desktop}. They see what happened and will come back to you: stay at this station."
            : $"L'assistance est prévenue (appel {number}) : vous êtes {person.Login}, au poste {station}{place}{desktop}. Elle voit ce qui s'est passé et revient vers vous : restez à ce poste.";
    }
}
