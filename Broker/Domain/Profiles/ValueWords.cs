using VdiBroker.Kernel;

namespace VdiBroker.Profiles;

/// <summary>What people call a value: <c>fr(bepo)</c> is "bépo".</summary>
public static class ValueWords
{
    /// <summary>The value in plain words; as it is where no word says it better.</summary>
    /// <param name="setting">Whose value.</param>
    /// <param name="value">As it is stored.</param>
    /// <param name="language">IETF tag; French unless it starts with "en".</param>
    public static string Of(Setting setting, string value, string language)
    {
        var english = language.StartsWith("en", StringComparison.OrdinalIgnoreCase);
        return (setting.Name, value) switch
        {
            ("keyboard", "fr(bepo)") => "bépo",
            ("keyboard", "fr") => "azerty (fr)",
            ("keyboard", "us") => "qwerty (us)",
            ("keyboard", "de") => "qwertz (de)",
            ("language", "fr") => english ? "French" : "français",
            ("language", "en") => english ? "English" : "anglais",
            ("screen", "full") => english ? "whole screen" : "tout l'écran",
            ("text_size", _) => english ? $"×{value}" : $"×{value.Replace('.', ',')}",
            ("contrast", "high") => english ? "high" : "élevé",
            ("volume", _) => english ? $"{value}%" : $"{value} %",
            ("printers", PrinterList.None) => english ? "none" : "aucune",
            ("printers", _) => value.Replace(",", ", ", StringComparison.Ordinal),
            ("clipboard", "both") => english ? "both ways" : "dans les deux sens",
            ("clipboard", "in") => english ? "only into the desktop" : "seulement vers le bureau",
            ("clipboard", "out") => english ? "only out of the desktop" : "seulement depuis le bureau",
            ("clipboard" or "usb", "off") => english ? "not allowed" : "non autorisé",
            ("when_idle", WhenIdle.Never) => english ? "nothing" : "rien",
            ("when_idle", _) when WhenIdle.Parse(value) is { } idle => english
                ? $"{Act(idle.Act, english)} after {WrittenTime.Of(idle.After)}, counted down for {WrittenTime.Of(idle.Warn)}"
                : $"{Act(idle.Act, english)} après {WrittenTime.Of(idle.After)}, décompte de {WrittenTime.Of(idle.Warn)}",
            ("screens", "all") => english ? "all of the station's" : "tous ceux du poste",
            ("screens", "one") => english ? "one only" : "un seul",
            ("usb", "on") => english ? "allowed" : "autorisé",
            _ => value,
        };
    }

    private static string Act(IdleAct act, bool english) => act switch
    {
        IdleAct.Lock => english ? "locks" : "se verrouille",
        IdleAct.Disconnect => english ? "is left, the desktop stays open" : "est quitté, le bureau reste ouvert",
        _ => english ? "signs out" : "ferme la session",
    };
}
