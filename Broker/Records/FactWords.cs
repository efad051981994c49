using System.Collections.Frozen;

namespace VdiBroker.Records;

/// <summary>
/// The names of decisions, verdicts and causes in words, for the helpdesk. A name that is not here was written by a newer broker and is told as it stands; tests walk all
/// names of this one.
/// </summary>
internal static class FactWords
{
    private static readonly FrozenDictionary<string, (string French, string English)> _verdicts = new Dictionary<string, (string, string)>
    {
        ["CarriesThePerson"] = ("proposé en premier : une session de la personne y tourne encore", "offered first: a session of the person's still runs there"),
        ["Offered"] = ("proposé", "offered"),
        ["LastResort"] = ("proposé en dernier recours", "offered as a last resort"),
        ["NeverSeen"] = ("écarté : son agent ne s'est jamais annoncé", "left out: its agent has never reported"),
        ["Silent"] = ("écarté : il ne répond plus (serveur arrêté, agent arrêté ou réseau coupé)", "left out: it does not answer any more (server down, agent down or network cut)"),
        ["Missed"] = ("attendu : il ne répond plus depuis quelques secondes", "awaited: it has not answered for some seconds"),
        ["Awaited"] = ("attendu : le broker vient de redémarrer et le serveur ne s'est pas encore annoncé", "awaited: the broker has just restarted and the server has not reported yet"),
        ["Draining"] = ("écarté : en cours de retrait, il ne prend plus de nouvelles sessions", "left out: being drained, it takes no new sessions"),
        ["CarriesOtherDesktop"] = ("écarté : il porte déjà un autre bureau de la personne, et un serveur n'en porte qu'un par compte", "left out: it carries another desktop of the person's, and a server carries one for each account"),
        ["Full"] = ("écarté : toutes ses places sont prises", "left out: all its seats are taken"),
        ["NotFromHere"] = ("écarté : une règle du bureau l'interdit à ce poste", "left out: a rule of the pool keeps it from this station"),
        ["NotTheirs"] = ("écarté : la place de la personne est sur un autre serveur", "left out: the person's own place is on another server"),
        ["Untrusted"] = ("écarté : ce qui répond à son adresse n'est pas la machine déclarée (autre certificat)", "left out: what answers at its address is not the declared machine (another certificate)"),
        ["Reserved"] = ("écarté : chacune de ses places a déjà son propriétaire", "left out: each of its seats has an owner"),
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, (string French, string English)> _leanings = new Dictionary<string, (string, string)>
    {
        ["Preferred"] = ("préféré par une règle pour ce poste", "preferred by a rule for this station"),
        ["Neither"] = ("", ""),
        ["Avoided"] = ("à éviter d'après une règle pour ce poste", "to be avoided by a rule for this station"),
        ["Never"] = ("", ""),
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, (string French, string English)> _decisions = new Dictionary<string, (string, string)>
    {
        ["Resume"] = ("la personne retrouve son bureau en cours", "the person gets their running desktop back"),
        ["Place"] = ("un nouveau bureau sur le meilleur serveur libre", "a new desktop on the best free server"),
        ["Superseded"] = ("refus : une connexion plus récente de la personne tient le bureau", "refusal: a newer sign-in of the person's holds the desktop"),
        ["StillEnding"] = ("attendre : la session précédente se ferme", "wait: the former session is closing"),
        ["AwaitHost"] = ("attendre : des serveurs reviennent", "wait: servers are coming back"),
        ["HomeGone"] = ("le serveur du bureau ne répond plus et aucun autre n'est libre", "the desktop's server does not answer and no other is free"),
        ["AllFull"] = ("aucune place libre", "no free seat"),
        ["AllDraining"] = ("tous les serveurs sont en cours de retrait ou retirés", "all servers are being drained or out of service"),
        ["AllDown"] = ("aucun serveur ne répond", "no server answers"),
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, (string French, string English)> _policies = new Dictionary<string, (string, string)>
    {
        ["spread"] = ("le moins chargé d'abord", "the least loaded first"),
        ["pack"] = ("le plus rempli d'abord, pour que d'autres puissent dormir", "the fullest first, so that others may sleep"),
        ["sticky"] = ("le dernier serveur de la personne d'abord", "the person's last server first"),
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, (string French, string English)> _tickets = new Dictionary<string, (string, string)>
    {
        ["Granted"] = ("accepté", "accepted"),
        ["Unknown"] = ("refusé : il n'a jamais été émis", "refused: it was never issued"),
        ["Used"] = ("refusé : il avait déjà servi", "refused: it had been used before"),
        ["Expired"] = ("refusé : présenté trop tard", "refused: presented too late"),
        ["OtherHost"] = ("refusé : émis pour un autre serveur", "refused: issued for another server"),
        ["OtherUser"] = ("refusé : émis pour une autre personne", "refused: issued for another person"),
        ["Superseded"] = ("refusé : un billet plus récent, un autre poste ou la fin de la session l'a remplacé", "refused: a newer ticket, another station or the session's end has taken its place"),
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, (string French, string English)> _phases = new Dictionary<string, (string, string)>
    {
        ["Opening"] = ("en cours d'ouverture", "being opened"),
        ["Active"] = ("à l'écran", "on the screen"),
        ["Disconnected"] = ("en cours, sur aucun écran", "running, on nobody's screen"),
        ["Ending"] = ("en cours de fermeture", "being closed"),
        ["Ended"] = ("fermée", "closed"),
        ["Lost"] = ("perdue avec son serveur", "lost with its server"),
        ["Expired"] = ("rendue : personne ne s'est connecté à temps", "given back: nobody connected in time"),
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, (string French, string English)> _causes = new Dictionary<string, (string, string)>
    {
        [""] = ("", ""),
        ["connected"] = ("le serveur voit le poste connecté", "the server sees the station connected"),
        ["made"] = ("le serveur a préparé la session", "the server has made the session"),
        ["appeared"] = ("elle est apparue après avoir été fermée, et se ferme", "it appeared after it had been signed out of, and is being closed"),
        ["station-gone"] = ("le poste s'est déconnecté", "the station has disconnected"),
        ["gone-from-host"] = ("elle n'est plus sur le serveur", "it is no longer on the server"),
        ["being-wiped"] = ("le serveur efface tout ce qu'elle a laissé", "the server is removing all that it left"),
        ["wiped"] = ("le serveur a prouvé qu'il n'en reste rien", "the server has proven that nothing of it is left"),
        ["host-restarted"] = ("le serveur a redémarré", "the server was restarted"),
        ["host-gone"] = ("le serveur ne répond plus ; la personne a reçu un nouveau bureau", "the server does not answer any more; the person was given a new desktop"),
        ["given-up"] = ("le serveur ne répondait plus ; la personne a demandé un nouveau bureau sans attendre", "the server did not answer any more; the person asked for a new desktop rather than wait"),
        ["kept-out"] = ("le serveur n'a pas laissé entrer la personne : le bureau ouvert sous ce compte y est celui de quelqu'un d'autre", "the server did not let the person in: the desktop under that account there is somebody else's"),
        ["orphaned"] = ("le gestionnaire de sessions du serveur a redémarré et ne la retrouve plus : elle reste à l'écran où elle est, personne ne peut y revenir",
            "the server's session manager began anew and cannot find it any more: it stays on the screen that it is on, and nobody can come back to it"),
        ["row-unreadable"] = ("ce que la base en dit ne se lit pas : elle est laissée telle quelle", "what the store says of it cannot be read: it is left as it is"),
        ["shown"] = ("le poste montre l'image", "the station shows the picture"),
        ["vacant"] = ("la machine n'a été à l'écran de personne pendant longtemps", "the machine has been on nobody's screen for long"),
        ["let-go"] = ("le poste a rendu la machine", "the station has let the machine go"),
        ["lease-over"] = ("le délai pour se connecter est passé", "the time to connect is over"),
        ["no-grant"] = ("le serveur la porte sans dire de quelle ouverture elle vient", "the server carries it and does not say which opening it came from"),
        ["other-pool"] = ("elle vient d'un bureau que ce serveur ne porte plus", "it came from a pool that this server does not carry any more"),
        ["other-tenant"] = ("elle vient d'un organisme qui n'est plus déclaré", "it came from a tenant that is not declared any more"),
        ["not-its-own"] = ("elle porte le numéro d'une autre session", "it bears the number of another session"),
        ["forgotten"] = ("la base l'avait oubliée ; le serveur la portait encore", "the store had forgotten it; the server still carried it"),
        ["came-back"] = ("son serveur, tenu pour perdu, est revenu avec elle", "its server was taken for lost and has come back with it"),
        ["host-has-newer"] = ("le serveur connaît une ouverture plus récente que la base", "the server knows of a newer opening than the store"),
        ["seat-missing"] = ("il lui manquait sa place, qui lui est rendue", "its seat was missing and has been given back to it"),
        ["replaced"] = ("un bureau plus récent de la personne a pris sa place", "a newer desktop of the person's has taken its place"),
        ["signed-out-of"] = ("la personne l'avait fermée", "the person had signed out of it"),
        ["limit-idle"] = ("personne n'y a touché depuis longtemps", "nobody touched it for long"),
        ["limit-disconnected"] = ("elle n'était sur aucun écran depuis longtemps", "it was on no screen for long"),
        ["limit-longest"] = ("elle avait atteint sa durée la plus longue", "it had come to its longest time"),
        ["limit-hours"] = ("le bureau est fermé à cette heure", "the desktop is closed at this hour"),
        ["limit-drain"] = ("son serveur est retiré du service", "its server is taken out of service"),
        ["limit-give-back"] = ("sa place était empruntée à un autre organisme, dont les agents attendaient", "its seat was borrowed from another body of the city, whose people were waiting"),
        ["session-missing"] = ("une place était prise pour une session qui n'existe plus", "a seat was taken for a session that is no more"),
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, (string French, string English)> _grounds = new Dictionary<string, (string, string)>
    {
        ["WrongPassword"] = ("l'annuaire connaît la personne et a refusé : mot de passe erroné, ou compte verrouillé dans l'annuaire", "the directory knows the person and refused: a wrong password, or the account is locked in the directory"),
        ["UnknownName"] = ("aucun annuaire ne connaît ce nom", "no directory knows this name"),
        ["Locked"] = ("verrouillé ici après des mots de passe erronés : le mot de passe n'a pas été essayé (voir « broker lockout list »)", "locked here after wrong passwords: the password was not tried (see 'broker lockout list')"),
        ["AccountTaken"] = ("le nom de compte sur les serveurs appartient à quelqu'un d'un autre organisme (voir le journal, « account »)", "the account name on the servers belongs to somebody of another tenant (see the log, 'account')"),
    }.ToFrozenDictionary();

    /// <summary>What became of a host; null = a name that is not known here.</summary>
    public static (string French, string English)? Verdict(string name) => Find(_verdicts, name);

    /// <summary>What the pool's rules said of a host; empty = nothing to tell.</summary>
    public static (string French, string English)? Leaning(string name) => Find(_leanings, name);

    /// <summary>What was decided.</summary>
    public static (string French, string English)? Decision(string name) => Find(_decisions, name);

    /// <summary>How the pool chooses.</summary>
    public static (string French, string English)? Policy(string name) => Find(_policies, name);

    /// <summary>What became of a ticket.</summary>
    public static (string French, string English)? Ticket(string name) => Find(_tickets, name);

    /// <summary>Where a session is in its life; of the feminine "session".</summary>
    public static (string French, string English)? Phase(string name) => Find(_phases, name);

    /// <summary>Why a session came into a phase; empty = nothing to tell.</summary>
    public static (string French, string English)? Cause(string name) => Find(_causes, name);

    /// <summary>What a refusal did not tell the station.</summary>
    public static (string French, string English)? Ground(string name) => Find(_grounds, name);

    private static (string French, string English)? Find(FrozenDictionary<string, (string French, string English)> words, string name) => words.TryGetValue(name, out var found) ? found : null;
}
