using VdiBroker.Protocol.Rpc.V1;

namespace VdiBroker.Records;

/// <summary>A sign-in told to the helpdesk: every host considered, the segments of the way, and all that was noted.</summary>
internal static class HelpdeskWords
{
    /// <summary>One wish for a desktop; -1 = the sign-in itself, refused.</summary>
    public static ToldOpening Opening(Course course, int index, Voice voice)
    {
        var opening = index < 0 ? null : course.Openings[index];
        var hosts = opening?.Considered?.Hosts ?? [];
        return new ToldOpening(
            opening is null ? SignIn(course, voice) : $"{voice.Choose("bureau", "desktop")} {opening.Pool?.Value ?? "?"}{voice.Choose(" : ", ": ")}{Outcome(opening, voice)}",
            opening?.Considered is { } considered ? Decision(considered, voice) : "",
            [.. hosts.Select(line => new ToldHost(line, opening!.Claimed?.Host == line.Host, Host(line, voice)))],
            [.. Segments.Of(course, index).Select(segment => new ToldSegment(segment, Name(segment.Name, voice), Took(segment, voice)))]);
    }

    /// <summary>One line of the timeline.</summary>
    public static string Event(Fact fact, Voice voice) => fact switch
    {
        Fact.Tried f => voice.Choose($"essai d'identification au poste {f.Station}, ", $"try to sign in at station {f.Station}, ") + (f.Person is { } person ? person.Value : voice.Choose("d'un nom inconnu", "of an unknown name")) + (f.Took is { } took ? voice.Choose($", {voice.Span(took)} jusqu'à la réponse", $", {voice.Span(took)} until the answer") : ""),
        Fact.SignedIn f => voice.Choose($"identifié au poste {f.Station} (connexion n° {f.Serial}), annuaire {voice.Span(f.Took.Directory)}, profil {voice.Span(f.Took.Profile)}, en tout {voice.Span(f.Took.Whole)}", $"signed in at station {f.Station} (sign-in no. {f.Serial}), directory {voice.Span(f.Took.Directory)}, profile {voice.Span(f.Took.Profile)}, {voice.Span(f.Took.Whole)} in all")
            + (f.Limited ? voice.Choose(", en mode restreint (annuaire en panne)", ", in limited mode (directory down)") : ""),
        Fact.Asked f => voice.Choose($"bureau demandé : {f.Pool?.Value ?? "le premier de la personne"}", $"desktop asked for: {f.Pool?.Value ?? "the person's first"}"),
        Fact.Considered f => voice.Choose("décision : ", "decision: ") + Decision(f, voice) + (f.Hosts.IsEmpty ? "" : $" [{string.Join("; ", f.Hosts.Select(line => line.Host.Value + voice.Choose(" : ", ": ") + Host(line, voice)))}{(f.Others > 0 ? voice.Choose($" ; et {f.Others} autres", $"; and {f.Others} others") : "")}]"),
        Fact.Waits { For: "WaitingForEnd" } => voice.Choose("attend la fin de la session précédente", "waits for the former session's end"),
        Fact.Waits { For: "WaitingForHost" } => voice.Choose("attend le retour des serveurs", "waits for the servers to come back"),
        Fact.Waits { For: "Waking" } => voice.Choose("attend que la machine de la personne s'allume", "waits for the person's machine to wake up"),
        Fact.Waits f => voice.Choose($"attend ({f.For})", $"waits ({f.For})"),
        Fact.Queued f => voice.Choose($"dans la file : place {f.Place} sur {f.Of}", $"in the queue: place {f.Place} of {f.Of}") + (f.About is { } about ? voice.Choose($", annoncé environ {voice.Span(about)}", $", told about {voice.Span(about)}") : ""),
        Fact.Claimed f => voice.Choose($"place prise sur {f.Host}, session {f.Session}", $"seat taken on {f.Host}, session {f.Session}") + (f.Resumed ? voice.Choose(" (bureau en cours)", " (running desktop)") : voice.Choose(" (nouveau bureau)", " (new desktop)")),
        Fact.Presented f => voice.Choose($"billet présenté par {f.Host} : ", $"ticket presented by {f.Host}: ") + Word(FactWords.Ticket(f.Verdict), f.Verdict, voice),
        Fact.Became f => voice.Choose("session ", "session ") + Phase(f.Phase, f.Cause, voice),
        Fact.EndTold f => voice.Choose($"la personne est prévenue : fin à {voice.Clock(f.Ends)}", $"the person is warned: it ends at {voice.Clock(f.Ends)}") + Because(f.Limit, voice),
        Fact.EndTakenBack f => voice.Choose("la fin annoncée n'a plus lieu d'être", "the end that was told holds no more") + Because(f.Limit, voice),
        Fact.EndPutOff f => voice.Choose($"la personne demande plus de temps, jusqu'à {voice.Clock(f.Until)} au moins", $"the person asks for more time, to {voice.Clock(f.Until)} at least") + Because(f.Limit, voice),
        Fact.Shown f => voice.Choose("première image au poste", "first picture at the station") + Measured(f, voice),
        Fact.Moved f => voice.Choose($"bureau repris au poste {f.Station} (connexion n° {f.Serial})", $"desktop taken to station {f.Station} (sign-in no. {f.Serial})"),
        Fact.Closed { SignedOut: true } => voice.Choose("la personne ferme sa session", "the person signs out"),
        Fact.Closed => voice.Choose("la personne quitte le poste, le bureau continue", "the person leaves the station, the desktop goes on"),
        Fact.GaveUp { BrokerStopping: true } => voice.Choose("ce broker s'arrête, le poste va à un autre", "this broker stops, the station goes to another"),
        Fact.GaveUp => voice.Choose("le poste est parti avant le bureau", "the station went away before the desktop"),
        Fact.Refused f => voice.Choose("refus : ", "refusal: ") + Refusal(f, voice),
        Fact.Dropped f => voice.Choose($"({f.Count} événements n'ont pas été gardés : trop nombreux)", $"({f.Count} events were not kept: too many)"),
        _ => voice.Choose("(un événement d'un broker plus récent, illisible ici)", "(an event of a newer broker, not readable here)"),
    };

    /// <summary>What a segment is called.</summary>
    public static string Name(SegmentName name, Voice voice) => name switch
    {
        SegmentName.Station => voice.Choose("poste", "station"),
        SegmentName.Directory => voice.Choose("annuaire", "directory"),
        SegmentName.Profile => voice.Choose("profil", "profile"),
        SegmentName.Queue => voice.Choose("attente", "queue"),
        SegmentName.Placement => voice.Choose("placement", "placement"),
        SegmentName.Host => voice.Choose("serveur", "host"),
        _ => voice.Choose("première image", "first frame"),
    };

    private static string SignIn(Course course, Voice voice) => course.Refused is { } refused
        ? voice.Choose("identification refusée : ", "sign-in refused: ") + Refusal(refused, voice)
        : voice.Choose("identifié, aucun bureau demandé", "signed in, no desktop asked for");

    private static string Refusal(Fact.Refused refusal, Voice voice)
    {
        var ground = refusal.Ground.Length == 0 ? "" : voice.Choose(" ; ", "; ") + Word(FactWords.Ground(refusal.Ground), refusal.Ground, voice);
        return $"{voice.Choose(RefusalWords.Of(refusal.Code).Why)} ({(ErrorCode)refusal.Code}){ground} [{refusal.Reference}]";
    }

    private static string Outcome(OpeningCourse opening, Voice voice) => opening.Ending switch
    {
        Ending.Refused(var refusal) => voice.Choose("refusé, ", "refused, ") + Refusal(refusal, voice),
        Ending.GaveUp(var stopping) => Event(new Fact.GaveUp(stopping), voice),
        Ending.UnderWay(true) => voice.Choose("en attente", "waiting"),
        Ending.UnderWay => voice.Choose("demandé, la suite n'est pas connue", "asked for, what followed is not known"),
        Ending.Given => voice.Choose("donné, pas encore vu à l'écran", "given, not seen on a screen yet"),
        Ending.TicketRefused(var verdict) => voice.Choose("billet ", "ticket ") + Word(FactWords.Ticket(verdict), verdict, voice),
        Ending.OnScreen => voice.Choose("ouvert, à l'écran", "opened, on the screen"),
        Ending.Disconnected => voice.Choose("ouvert, puis laissé en cours sans écran", "opened, then left running without a screen"),
        Ending.Moved(var station) => voice.Choose($"ouvert, puis repris au poste {station}", $"opened, then taken to station {station}"),
        Ending.Over(var phase, var cause) => voice.Choose("ouvert, puis session ", "opened, then session ") + Phase(phase, cause, voice),
        _ => "?",
    };

    private static string Decision(Fact.Considered considered, Voice voice) => Word(FactWords.Decision(considered.Decision), considered.Decision, voice)
        + (considered.Policy.Length == 0 ? "" : $" ({considered.Policy}{voice.Choose(" : ", ": ")}{Word(FactWords.Policy(considered.Policy), considered.Policy, voice)})");

    private static string Host(HostLine line, Voice voice)
    {
        var text = Word(FactWords.Verdict(line.Verdict), line.Verdict, voice);
        var leaning = Word(FactWords.Leaning(line.Leaning), line.Leaning, voice);
        var seats = voice.SeatsTaken(line.Taken, line.Seats);
        var score = line.Score is { } known ? voice.Choose($", note {voice.Number(known)}", $", score {voice.Number(known)}") : "";
        return $"{text} ({seats}{score}{(leaning.Length > 0 ? ", " + leaning : "")})";
    }

    private static string Phase(string phase, string cause, Voice voice)
    {
        var why = Word(FactWords.Cause(cause), cause, voice);
        return Word(FactWords.Phase(phase), phase, voice) + (why.Length > 0 ? voice.Choose(" : ", ": ") + why : "");
    }

    private static string Measured(Fact.Shown shown, Voice voice)
    {
        var parts = new List<string>();
        if (shown.SignInTook is { } signIn) parts.Add(voice.Choose("identification ", "sign-in ") + voice.Span(signIn));
        if (shown.OpenTook is { } open) parts.Add(voice.Choose("ouverture ", "opening ") + voice.Span(open));
        if (shown.ConnectTook is { } connect) parts.Add(voice.Choose("connexion ", "connection ") + voice.Span(connect));
        return parts.Count == 0 ? "" : voice.Choose(" ; mesuré au poste : ", "; measured there: ") + string.Join(", ", parts);
    }

    private static string Took(Segment segment, Voice voice) => segment switch
    {
        { State: SegmentState.Known, Took: { } took } => voice.Span(took),
        { State: SegmentState.Unfinished, Took: { } took } => voice.Choose($"pas terminé après {voice.Span(took)}", $"not over after {voice.Span(took)}"),
        { State: SegmentState.NotReached } => voice.Choose("pas atteint", "not reached"),
        { State: SegmentState.NotNeeded, Name: SegmentName.Queue } => voice.Choose("aucune", "none"),
        { State: SegmentState.NotNeeded } => voice.Choose("déjà fait, à l'identification", "done before, at the sign-in"),
        { Name: SegmentName.Station or SegmentName.FirstFrame } => voice.Choose("inconnu : le poste ne l'a pas dit", "unknown: the station did not tell"),
        _ => voice.Choose("inconnu", "unknown"),
    };

    private static string Because(string limit, Voice voice) => $" ({Word(FactWords.Cause($"limit-{limit}"), limit, voice)})";

    private static string Word((string French, string English)? words, string name, Voice voice) => words is { } known ? voice.Choose(known) : name;
}
