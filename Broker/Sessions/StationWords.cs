using VdiBroker.Rpc;

namespace VdiBroker.Sessions;

/// <summary>What the sessions room says on a station's screen that is no error: French, and English beside it.</summary>
internal static class StationWords
{
    /// <summary>What became of the desktop.</summary>
    public static string Of(Followed followed, string language) => followed.View switch
    {
        StationView.Opening => Language.Choose(language, "Votre bureau arrive.", "Your desktop is on its way."),
        StationView.Active => Language.Choose(language, "Votre bureau est à l'écran.", "Your desktop is on the screen."),
        StationView.Disconnected => Language.Choose(language,
            "Votre bureau n'est plus à l'écran ; il continue et vous attend.",
            "Your desktop is no longer on the screen; it goes on and waits for you."),
        StationView.TicketRefused => Language.Choose(language,
            "Le serveur n'a pas accepté ce poste ; votre poste redemande l'accès.",
            "The server did not admit this station; your station asks again."),
        StationView.Moved => Language.Choose(language,
            $"Votre bureau a été ouvert au poste « {followed.Station} » : il y est maintenant, tel que vous l'avez laissé. Si ce n'est pas vous, appelez l'assistance.",
            $"Your desktop was opened at station \"{followed.Station}\": it is there now, as you left it. If that was not you, call the helpdesk."),
        StationView.SignedOut when followed.IsVisitor => VisitorWords.After(language),
        StationView.SignedOut when followed.EndedBy is { } limit => LimitWords.After(limit, language),
        StationView.SignedOut => Language.Choose(language,
            "Votre session est fermée. À bientôt.",
            "You are signed out. See you soon."),
        StationView.HostSilent => Language.Choose(language,
            $"Le serveur {followed.Host} de votre bureau ne répond plus ; l'image peut encore fonctionner. Vos fichiers enregistrés sont gardés.",
            $"Server {followed.Host} of your desktop does not answer any more; the picture may still work. Your saved files are kept."),
        StationView.HostLost => Language.Choose(language,
            "Le serveur de votre bureau s'est arrêté. Vos fichiers enregistrés sont là ; ce qui n'était pas enregistré est perdu. Votre poste vous ouvre un nouveau bureau.",
            "Your desktop's server has stopped. Your saved files are there; what was not saved is lost. Your station opens a new desktop for you."),
        StationView.Forgotten => Language.Choose(language,
            "Le service des bureaux a perdu la trace de votre bureau, et aucun serveur ne l'a plus. Vos fichiers enregistrés sont là. Identifiez-vous de nouveau.",
            "The desktop service has lost track of your desktop, and no server has it any more. Your saved files are there. Sign in again."),
        _ => Language.Choose(language,
            "Votre bureau n'a pas été utilisé à temps et la place a été rendue. Identifiez-vous de nouveau.",
            "Your desktop was not used in time and the seat was given back. Sign in again."),
    };

    /// <summary>While a former session closes.</summary>
    public static string WaitingForEnd(string language) => Language.Choose(language,
        "Votre session précédente se ferme, puis votre bureau s'ouvre.",
        "Your former session is closing, then your desktop opens.");

    /// <summary>While others are before the person.</summary>
    public static string Queued(OpeningStep.Queued step, string language)
    {
        var (place, of) = (step.News.Standing.Place, step.News.Standing.Of);
        if (step.Decision.Placement is { AllDown: true }) return Language.Choose(language,
            $"Les serveurs de ce bureau ne répondent pas en ce moment ; nous les attendons encore quelques secondes. Votre place dans la file : {place} sur {of}.",
            $"The servers of this desktop do not answer right now; we wait for them some seconds more. Your place in the queue: {place} of {of}.");
        if (step.Decision.Placement is { AllCarryAnother: true }) return Language.Choose(language,
            "Un autre bureau est déjà ouvert sous votre nom de compte sur le serveur de celui-ci, qui n'en porte qu'un par compte. Fermez-le : celui-ci s'ouvrira de lui-même. S'il n'est pas à vous, appelez l'assistance.",
            "Another desktop is already open under your account name on the server of this one, which carries one for each account. Close it: this one will open by itself. If it is not yours, call the helpdesk.");
        var cause = step.Decision is OpeningDecision.HomeGone gone
            ? Language.Choose(language, $"Le serveur {gone.Session.Host} ne répond plus. ", $"Server {gone.Session.Host} does not answer any more. ")
            : "";
        var about = step.News.About is not { } time ? "" : time < TimeSpan.FromMinutes(2)
            ? Language.Choose(language, $", encore environ {time.TotalSeconds:0} s", $", about {time.TotalSeconds:0} s to go")
            : Language.Choose(language, $", encore environ {time.TotalMinutes:0} min", $", about {time.TotalMinutes:0} min to go");
        return cause + Language.Choose(language,
            $"Toutes les places sont prises. Votre place dans la file : {place} sur {of}{about}. Votre bureau s'ouvrira de lui-même.",
            $"Every seat is taken. Your place in the queue: {place} of {of}{about}. Your desktop will open by itself.");
    }

    /// <summary>While the person's own machine is woken.</summary>
    public static string Waking(OpeningStep.Waking step, string language) => step.About is { } about
        ? Language.Choose(language,
            $"Nous allumons votre ordinateur ({step.Machine.NameFr}) : encore environ {about.TotalSeconds:0} s.",
            $"We are switching your computer on ({step.Machine.NameEn}): about {about.TotalSeconds:0} s to go.")
        : Language.Choose(language,
            $"Nous allumons votre ordinateur ({step.Machine.NameFr}). Cela peut prendre une ou deux minutes.",
            $"We are switching your computer on ({step.Machine.NameEn}). This can take a minute or two.");

    /// <summary>While hosts come back.</summary>
    public static string WaitingForHost(OpeningStep.WaitingForHost step, string language) => step.Missed is { } host ? Language.Choose(language,
        $"Le serveur {host} de votre bureau ne répond plus. S'il revient, vous retrouvez votre bureau tel quel ; sinon un nouveau bureau s'ouvre dans quelques secondes.",
        $"Server {host} of your desktop does not answer any more. If it comes back you get your desktop as it was; otherwise a new one opens within seconds.") : Language.Choose(language,
        "Le service des bureaux vient de redémarrer et retrouve ses serveurs ; votre bureau arrive.",
        "The desktop service has just restarted and is finding its servers; your desktop is on its way.");

    /// <summary>Why this desktop, in one sentence.</summary>
    public static string Why(OpeningStep.Ready ready, string language) => ready.Decision switch
    {
        _ when ready.Machine is { } machine => Language.Choose(language, $"Votre ordinateur : {machine.NameFr}.", $"Your computer: {machine.NameEn}."),
        OpeningDecision.Resume => Language.Choose(language,
            $"Votre bureau en cours, sur {ready.Host.Id}.",
            $"Your running desktop, on {ready.Host.Id}."),
        OpeningDecision.Place { GivenUp: { } lost } => Language.Choose(language,
            $"Le serveur {lost.Host} ne répond plus : voici un nouveau bureau sur {ready.Host.Id}. Vos fichiers enregistrés y sont ; ce qui n'était pas enregistré est perdu.",
            $"Server {lost.Host} does not answer any more: here is a new desktop on {ready.Host.Id}. Your saved files are there; what was not saved is lost."),
        OpeningDecision.Place place when place.FindsAgain && place.Ranked[0].Host.Id == ready.Host.Id => Language.Choose(language,
            $"Votre bureau, retrouvé sur {ready.Host.Id}.",
            $"Your desktop, found again on {ready.Host.Id}."),
        _ => Language.Choose(language,
            $"Un nouveau bureau sur {ready.Host.Id}, le moins chargé des serveurs libres.",
            $"A new desktop on {ready.Host.Id}, the least loaded of the free servers."),
    };
}
