using Google.Protobuf.WellKnownTypes;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.Rpc;
using Limit = VdiBroker.Pools.Limit;
using LimitMessage = VdiBroker.Protocol.Station.V1.Limit;

namespace VdiBroker.Sessions;

/// <summary>What a station shows of a limit: French, and English beside it. The station puts the hour to it, by its own clock.</summary>
internal static class LimitWords
{
    /// <summary>The warning of a notice.</summary>
    public static LimitWarning Of(EndNews end, bool ofVisitor, string language) => new()
    {
        Limit = Of(end.Limit),
        EndsIn = Duration.FromTimeSpan(end.EndsIn > TimeSpan.Zero ? end.EndsIn : TimeSpan.Zero),
        Extendable = end.Extendable,
        Text = ofVisitor ? VisitorWords.Before(end.Limit, language) : Before(end.Limit, language),
    };

    /// <summary>Told before the end: what ends, and what to do.</summary>
    public static string Before(Limit limit, string language) => limit switch
    {
        Limit.Idle => Language.Choose(language,
            "Personne n'a touché ce bureau depuis longtemps : il va être fermé. Bougez la souris sur le bureau pour le garder.",
            "Nobody has touched this desktop for long: it will be closed. Move the mouse on the desktop to keep it."),
        Limit.Longest => Language.Choose(language,
            "Votre session arrive à sa durée la plus longue : elle va être fermée. Enregistrez votre travail ; vous pourrez vous identifier de nouveau.",
            "Your session comes to its longest time: it will be closed. Save your work; you may sign in again."),
        Limit.Hours => Language.Choose(language,
            "Ce bureau ferme : votre session va être fermée. Enregistrez votre travail.",
            "This desktop closes: your session will be closed. Save your work."),
        Limit.Drain => Language.Choose(language,
            "Le serveur de votre bureau va être arrêté pour entretien : votre session va être fermée. Enregistrez votre travail ; vous pourrez aussitôt vous identifier de nouveau.",
            "Your desktop's server is being taken out of service: your session will be closed. Save your work; you may sign in again at once."),
        _ => Language.Choose(language,
            "Cette place est réservée à un autre organisme, dont les agents attendent : votre session va être fermée. Enregistrez votre travail.",
            "This seat is reserved for another body of the city, whose people are waiting: your session will be closed. Save your work."),
    };

    /// <summary>Told after the end: why.</summary>
    public static string After(Limit limit, string language) => limit switch
    {
        Limit.Idle => Language.Choose(language,
            "Votre session a été fermée parce que personne n'y a touché depuis longtemps. Identifiez-vous de nouveau pour en ouvrir une autre.",
            "Your session was closed because nobody touched it for long. Sign in again to open another."),
        Limit.Disconnected => Language.Choose(language,
            "Votre session a été fermée parce qu'elle n'était sur aucun écran depuis longtemps. Identifiez-vous de nouveau pour en ouvrir une autre.",
            "Your session was closed because it was on no screen for long. Sign in again to open another."),
        Limit.Longest => Language.Choose(language,
            "Votre session a été fermée parce qu'elle avait atteint sa durée la plus longue. Identifiez-vous de nouveau pour en ouvrir une autre.",
            "Your session was closed because it had come to its longest time. Sign in again to open another."),
        Limit.Hours => Language.Choose(language,
            "Votre session a été fermée parce que ce bureau est fermé à cette heure. Revenez aux heures d'ouverture.",
            "Your session was closed because this desktop is closed at this hour. Come back during its opening hours."),
        Limit.Drain => Language.Choose(language,
            "Votre session a été fermée parce que son serveur est arrêté pour entretien. Identifiez-vous de nouveau : un autre vous accueille.",
            "Your session was closed because its server is out of service. Sign in again: another one takes you."),
        _ => Language.Choose(language,
            "Votre session a été fermée parce que sa place était réservée à un autre organisme, dont les agents attendaient. Identifiez-vous de nouveau pour attendre une place.",
            "Your session was closed because its seat was reserved for another body of the city, whose people were waiting. Sign in again to wait for a seat."),
    };

    /// <summary>Told after more time was given.</summary>
    public static string Extended(string language) => Language.Choose(language, "C'est accordé : votre session continue.", "Granted: your session goes on.");

    private static LimitMessage Of(Limit limit) => limit switch
    {
        Limit.Idle => LimitMessage.Idle,
        Limit.Disconnected => LimitMessage.Disconnected,
        Limit.Longest => LimitMessage.Longest,
        Limit.Hours => LimitMessage.Hours,
        Limit.Drain => LimitMessage.Drain,
        _ => LimitMessage.GiveBack,
    };
}
