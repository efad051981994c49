namespace VdiBroker.Records;

/// <summary>A sign-in told to the person whose it was, in two sentences: what happened, and what became of it or what to do.</summary>
internal static class PersonWords
{
    private static readonly (string, string) _open = ("Identifiez-vous de nouveau pour ouvrir un bureau.", "Sign in again to open a desktop.");

    public static (string First, string Second) Of(Course course, Voice voice)
    {
        var start = Start(course, voice);
        if (course.Openings.IsEmpty) return course.Refused is { } refused
            ? Refused(start, voice.Choose("vous n'avez pas pu vous identifier", "you could not sign in"), refused, voice)
            : (start + voice.Choose("vous vous êtes identifié, et aucun bureau n'a été demandé.", "you signed in, and no desktop was asked for."), voice.Choose(_open));
        var opening = course.Openings[^1];
        return opening.Claimed is { } claimed
            ? (start + Given(opening, claimed, voice), Became(opening.Ending, claimed, voice))
            : NotGiven(start, opening, voice);
    }

    private static string Start(Course course, Voice voice)
    {
        var when = course.Openings is [.., var last] && last.AskedAt is { } asked ? asked : course.Began;
        var at = when is { } moment ? voice.Choose($"Le {voice.Moment(moment)}", $"On {voice.Moment(moment)}") : voice.Choose("Ce jour-là", "On that day");
        return course.Station is { } station ? at + voice.Choose($", au poste « {station} », ", $", at station \"{station}\", ") : at + ", ";
    }

    private static (string, string) Refused(string start, string what, Fact.Refused refusal, Voice voice)
    {
        var words = RefusalWords.Of(refusal.Code);
        return ($"{start}{what}{voice.Choose(" : ", ": ")}{voice.Choose(words.Why)}.", voice.Choose(words.Do));
    }

    private static string Given(OpeningCourse opening, Fact.Claimed claimed, Voice voice)
    {
        var pool = voice.Pool(opening.Pool);
        var wait = opening.WaitsSince is { } since && opening.DecidedAt is { } end && end > since
            ? voice.Choose($", après {voice.Span(end - since)} d'attente", $", after {voice.Span(end - since)} of waiting") : "";
        return claimed.Resumed
            ? voice.Choose($"vous avez retrouvé {pool}, déjà en cours sur {claimed.Host}{wait}.", $"you got {pool} back, which was running on {claimed.Host}{wait}.")
            : voice.Choose($"{pool} vous a été donné sur {claimed.Host}{Because(opening, claimed, voice)}{wait}.", $"{pool} was given to you on {claimed.Host}{Because(opening, claimed, voice)}{wait}.");
    }

    private static string Because(OpeningCourse opening, Fact.Claimed claimed, Voice voice)
    {
        if (opening.Considered is not { } considered || considered.Hosts.IsEmpty) return "";
        var line = considered.Hosts.FirstOrDefault(host => host.Host == claimed.Host);
        var others = considered.Hosts.Count(host => host.Score is not null) > 1;
        return (line?.Verdict, line?.Leaning, others) switch
        {
            ("CarriesThePerson", _, _) => voice.Choose(", où une session à vous tournait encore", ", where a session of yours was still running"),
            (_, "Preferred", _) => voice.Choose(", le serveur prévu pour ce poste", ", the server meant for that station"),
            (_, _, false) => voice.Choose(", le seul serveur libre", ", the only free server"),
            _ when considered.Policy == "spread" => voice.Choose(", le moins chargé des serveurs libres", ", the least loaded of the free servers"),
            _ when considered.Policy == "pack" => voice.Choose(", le plus rempli des serveurs libres", ", the fullest of the free servers"),
            _ => "",
        };
    }

    private static string Became(Ending ending, Fact.Claimed claimed, Voice voice) => ending switch
    {
        Ending.OnScreen => voice.Choose("Il est à l'écran de ce poste.", "It is on that station's screen."),
        Ending.Disconnected => voice.Choose("Il continue sans écran et vous attend : identifiez-vous à n'importe quel poste pour le retrouver.", "It goes on without a screen and waits for you: sign in at any station to get it back."),
        Ending.Moved(var station) => voice.Choose($"Il a ensuite été repris au poste « {station} » ; si ce n'était pas vous, appelez l'assistance.", $"It was then taken to station \"{station}\"; if that was not you, call the helpdesk."),
        Ending.TicketRefused => voice.Choose("Le serveur n'a pas laissé entrer le poste, qui a dû redemander l'accès.", "The server did not let the station in, which had to ask again."),
        Ending.Over("Lost", _) => voice.Choose($"Le serveur {claimed.Host} s'est ensuite arrêté : vos fichiers enregistrés sont gardés, ce qui n'était pas enregistré est perdu.", $"Server {claimed.Host} stopped afterwards: your saved files are kept, what was not saved is lost."),
        Ending.Over("Expired", _) => voice.Choose("Le poste ne s'y est pas connecté à temps et la place a été rendue.", "The station did not connect to it in time and the seat was given back."),
        Ending.Over("Ending" or "Ended", "") => voice.Choose("Vous avez ensuite fermé votre session.", "You signed out afterwards."),
        Ending.Over(_, var cause) => voice.Choose($"La session s'est ensuite fermée{Why(cause, voice)}.", $"The session was closed afterwards{Why(cause, voice)}."),
        _ => voice.Choose("Le poste n'a pas (encore) montré ce bureau.", "The station has not shown this desktop (yet)."),
    };

    private static string Why(string cause, Voice voice) => FactWords.Cause(cause) is { French.Length: > 0 } words ? voice.Choose(" : ", ": ") + voice.Choose(words) : "";

    private static (string, string) NotGiven(string start, OpeningCourse opening, Voice voice)
    {
        var pool = voice.Pool(opening.Pool);
        return opening.Ending switch
        {
            Ending.Refused(var refusal) => Refused(start, voice.Choose($"{pool} ne s'est pas ouvert", $"{pool} did not open"), refusal, voice),
            Ending.GaveUp(true) => (start + voice.Choose($"le serveur qui cherchait {pool} s'est arrêté.", $"the server that was looking for {pool} was stopped."),
                voice.Choose("Le poste a continué avec un autre serveur.", "The station went on with another server.")),
            Ending.GaveUp => (start + voice.Choose($"le poste a cessé d'attendre {pool} avant qu'il soit là.", $"the station stopped waiting for {pool} before it was there."), voice.Choose(_open)),
            Ending.UnderWay(true) => (start + voice.Choose($"vous attendez {pool} : rien n'est libre.", $"you are waiting for {pool}: nothing is free."),
                opening.Queued is { } queued
                    ? voice.Choose($"Votre dernière place connue dans la file : {queued.Place} sur {queued.Of}.", $"Your last known place in the queue: {queued.Place} of {queued.Of}.")
                    : voice.Choose("Il s'ouvrira de lui-même.", "It will open by itself.")),
            _ => (start + voice.Choose($"{pool} a été demandé.", $"{pool} was asked for."), voice.Choose("Rien de plus n'est connu : la demande est en cours, ou le serveur qui la traitait s'est arrêté net.", "No more is known: it is under way, or the server that handled it died.")),
        };
    }
}
