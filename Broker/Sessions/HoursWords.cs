using System.Globalization;
using VdiBroker.Pools;
using VdiBroker.Rpc;

namespace VdiBroker.Sessions;

/// <summary>What a station shows of opening hours: French, and English beside it.</summary>
internal static class HoursWords
{
    private static readonly CultureInfo _french = CultureInfo.GetCultureInfo("fr-FR");
    private static readonly CultureInfo _english = CultureInfo.GetCultureInfo("en-GB");

    /// <summary>Told to somebody who comes while the pool is closed.</summary>
    public static string Closed(HoursState.Closed closed, string language)
    {
        var why = closed.Holiday.Length > 0 ? $" ({closed.Holiday})" : "";
        if (closed.Opens is not { } opens) return Language.Choose(language,
            $"Ce bureau est fermé{why}. Demandez à votre service quand il ouvre.",
            $"This desktop is closed{why}. Ask your department when it opens.");
        return Language.Choose(language,
            $"Ce bureau est fermé{why}. Il ouvre {opens.ToString("dddd d MMMM", _french)} à {opens.ToString("H' h 'mm", _french)}.",
            $"This desktop is closed{why}. It opens on {opens.ToString("dddd d MMMM", _english)} at {opens.ToString("HH:mm", _english)}.");
    }
}
