using VdiBroker.Pools;
using VdiBroker.Rpc;

namespace VdiBroker.Sessions;

/// <summary>What somebody without a name is told: French, and English beside it.</summary>
internal static class VisitorWords
{
    /// <summary>What they are called on their screen.</summary>
    public static string Name(string language) => Language.Choose(language, "Visiteur", "Visitor");

    /// <summary>What a visitor's desktop says before its end, in place of what is told to people who can come back to their files.</summary>
    public static string Before(Limit limit, string language) => limit == Limit.Idle ? LimitWords.Before(limit, language) : Language.Choose(language,
        "Votre temps à ce poste se termine : ce bureau va être fermé et tout ce que vous y laissez effacé. Emportez ce que vous voulez garder.",
        "Your time at this station is ending: this desktop will be closed and all that you leave in it wiped. Take with you what you want to keep.");

    /// <summary>Told after the end.</summary>
    public static string After(string language) => Language.Choose(language,
        "Votre visite est terminée. Tout ce que vous avez laissé est en train d'être effacé ; le poste est libre.",
        "Your visit is over. All that you left is being wiped; the station is free.");
}
