using System.Collections.Frozen;
using VdiBroker.Protocol.Rpc.V1;

namespace VdiBroker.Records;

/// <summary>How a refusal is told afterwards: why, as the end of a sentence, and what to do, as a sentence of its own.</summary>
/// <param name="Why">French and English: begins small, ends without a full stop.</param>
/// <param name="Do">French and English: a sentence.</param>
internal sealed record RefusalWord((string French, string English) Why, (string French, string English) Do);

/// <summary>
/// Every error of the catalogue as it is told afterwards. The station said it at that moment and for that moment; an explanation comes hours later, perhaps over the telephone.
/// </summary>
internal static class RefusalWords
{
    private static readonly (string, string) _helpdesk = ("L'assistance peut voir ce qui s'est passé avec la référence affichée.", "The helpdesk can see what happened by the reference that was shown.");
    private static readonly (string, string) _again = ("Vous pouvez recommencer tout de suite.", "You can try again right away.");
    private static readonly (string, string) _signIn = ("Identifiez-vous de nouveau.", "Sign in again.");
    private static readonly (string, string) _newPassword = ("Choisissez un autre nouveau mot de passe ; l'ancien reste valable.", "Choose another new password; the old one still holds.");
    private static readonly (string, string) _later = ("Réessayez plus tard : une place se libère dès que quelqu'un ferme sa session.", "Try again later: a seat is free as soon as somebody signs out.");
    private static readonly (string, string) _department = ("Demandez à votre service.", "Ask your department.");

    private static readonly FrozenDictionary<ErrorCode, RefusalWord> _words = new Dictionary<ErrorCode, RefusalWord>
    {
        [ErrorCode.Unspecified] = new(("une erreur s'est produite dans le service des bureaux", "an error occurred in the desktop service"), _helpdesk),
        [ErrorCode.SignInRejected] = new(("le nom ou le mot de passe n'a pas été reconnu", "the name or the password was not recognised"),
            ("Vérifiez les majuscules et le clavier, puis recommencez ; si cela continue, appelez l'assistance.", "Check capitals and keyboard and try again; if it goes on, call the helpdesk.")),
        [ErrorCode.DirectoryOutOfReach] = new(("l'annuaire de la ville ne répondait pas, votre mot de passe n'est pas en cause", "the city's directory did not answer, your password is not at fault"), _again),
        [ErrorCode.NoEntitlement] = new(("aucun bureau n'était attribué à votre compte", "no desktop was given to your account"),
            ("Demandez à votre service ou à l'assistance de vous en ouvrir un.", "Ask your department or the helpdesk for one.")),
        [ErrorCode.AllHostsFull] = new(("toutes les places étaient prises", "every seat was taken"), _later),
        [ErrorCode.AllHostsDown] = new(("les serveurs de bureaux ne répondaient pas", "the desktop servers did not answer"),
            ("Seul le service informatique peut y remédier ; réessayez, puis appelez l'assistance.", "Only the IT department can mend that; try again, then call the helpdesk.")),
        [ErrorCode.UnderMaintenance] = new(("ce bureau était arrêté pour entretien", "this desktop was under maintenance"),
            ("Réessayez plus tard ; l'assistance sait quand il sera de nouveau disponible.", "Try again later; the helpdesk knows when it will be back.")),
        [ErrorCode.StoreOutOfReach] = new(("le service des bureaux redémarrait", "the desktop service was restarting"), _again),
        [ErrorCode.SignInEnded] = new(("votre connexion à ce poste était terminée", "your sign-in at this station had ended"), _signIn),
        [ErrorCode.MovedElsewhere] = new(("vous vous étiez identifié depuis à un autre poste", "you had signed in at another station since"),
            ("Identifiez-vous de nouveau au poste où vous êtes pour y reprendre votre bureau.", "Sign in again where you are to take your desktop there.")),
        [ErrorCode.CallerNotAllowed] = new(("ce poste n'est pas admis sur le réseau des bureaux", "this station is not admitted to the desktop network"),
            ("Prenez un autre poste et signalez celui-ci à l'assistance.", "Use another station and tell the helpdesk about this one.")),
        [ErrorCode.StationRevoked] = new(("ce poste avait été retiré du service", "this station had been taken out of service"),
            ("Prenez un autre poste et signalez celui-ci à l'assistance.", "Use another station and tell the helpdesk about this one.")),
        [ErrorCode.EnrolmentFull] = new(("trop de nouveaux postes attendaient d'être admis", "too many new stations waited to be admitted"),
            ("Le service informatique admet ou refuse ceux qui attendent.", "The IT department admits or refuses those that wait.")),
        [ErrorCode.RenewalTooEarly] = new(("le certificat du poste était encore bon pour longtemps", "the station's certificate was good for a long time still"), _again),
        [ErrorCode.CertificateCopied] = new(("un autre appareil se sert de l'identité de ce poste", "another machine uses the identity of this station"),
            ("Prenez un autre poste et signalez celui-ci à l'assistance.", "Use another station and tell the helpdesk about this one.")),
        [ErrorCode.InvalidRequest] = new(("la demande du poste n'était pas lisible", "the station's request could not be read"),
            ("Signalez ce poste à l'assistance : son logiciel est peut-être trop ancien.", "Tell the helpdesk about this station: its software may be too old.")),
        [ErrorCode.BrokerStopping] = new(("le serveur qui répondait au poste s'arrêtait", "the server that answered the station was stopping"),
            ("Le poste en cherche un autre de lui-même.", "The station looks for another one by itself.")),
        [ErrorCode.StillEnding] = new(("votre session précédente n'avait pas fini de se fermer", "your former session had not finished closing"),
            ("Réessayez ; si cela continue, l'assistance peut terminer l'ancienne session.", "Try again; if it goes on, the helpdesk can end the old session.")),
        [ErrorCode.HostGone] = new(("le serveur de votre bureau s'était arrêté et aucun autre ne pouvait vous accueillir", "your desktop's server had stopped and no other could take you"),
            ("Vos fichiers enregistrés sont gardés ; réessayez ou appelez l'assistance.", "Your saved files are kept; try again or call the helpdesk.")),
        [ErrorCode.TooManyAtOnce] = new(("ce poste avait déjà plusieurs demandes en cours", "this station had several requests under way already"), _again),
        [ErrorCode.AccountDisabled] = new(("votre compte est désactivé", "your account is switched off"),
            ("Votre service peut demander qu'il soit rétabli.", "Your department can ask to have it switched on again.")),
        [ErrorCode.AccountExpired] = new(("la date de fin de votre compte est passée", "the last day of your account has passed"),
            ("Votre service peut le faire prolonger.", "Your department can have it extended.")),
        [ErrorCode.PasswordExpired] = new(("votre mot de passe est trop ancien et ne peut plus être changé au poste", "your password is too old and cannot be changed at the station any more"),
            ("L'assistance peut vous en donner un nouveau.", "The helpdesk can give you a new one.")),
        [ErrorCode.PasswordMustChange] = new(("votre mot de passe doit d'abord être changé", "your password has to be changed first"),
            ("Le poste vous en fait choisir un nouveau.", "The station lets you choose a new one.")),
        [ErrorCode.OutsideHours] = new(("l'annuaire ne permet pas à votre compte de se connecter à cette heure ou à ce poste", "the directory does not allow your account at that hour or station"), _department),
        [ErrorCode.TooManyTries] = new(("trop de mots de passe erronés avaient été saisis à ce poste, qui faisait une pause", "too many wrong passwords had been typed at this station, which paused"),
            ("Attendez quelques minutes ou prenez un autre poste.", "Wait some minutes or use another station.")),
        [ErrorCode.PasswordTooShort] = new(("le nouveau mot de passe était trop court", "the new password was too short"), _newPassword),
        [ErrorCode.PasswordTooSimple] = new(("le nouveau mot de passe était trop facile à deviner", "the new password was too easy to guess"), _newPassword),
        [ErrorCode.PasswordUsedBefore] = new(("le nouveau mot de passe avait déjà servi", "the new password had been used before"), _newPassword),
        [ErrorCode.PasswordTooYoung] = new(("le mot de passe venait déjà d'être changé", "the password had been changed only recently"), ("Gardez-le et réessayez un autre jour.", "Keep it and try another day.")),
        [ErrorCode.PasswordChangeNotAllowed] = new(("vous ne pouvez pas changer vous-même votre mot de passe", "you may not change your password yourself"), ("Appelez l'assistance.", "Call the helpdesk.")),
        [ErrorCode.PasswordRefused] = new(("l'annuaire n'a pas accepté le nouveau mot de passe", "the directory did not accept the new password"), _newPassword),
        [ErrorCode.DirectoryReadOnly] = new(("l'annuaire n'acceptait pas de changement", "the directory took no changes"), ("Votre mot de passe est resté le même ; réessayez plus tard.", "Your password has stayed as it was; try again later.")),
        [ErrorCode.LimitedNotHere] = new(("l'annuaire de la ville ne répondait pas, et vos bureaux ne s'ouvrent pas sans lui", "the city's directory did not answer, and your desktops do not open without it"), _again),
        [ErrorCode.WaitedTooLong] = new(("aucune place ne s'est libérée pendant votre attente", "no seat came free while you waited"), _later),
        [ErrorCode.PoolClosed] = new(("ce bureau était fermé à cette heure", "this desktop was closed at that hour"), ("Votre service connaît ses heures d'ouverture.", "Your department knows its opening hours.")),
        [ErrorCode.ShareUsedUp] = new(("toutes les places de votre organisme étaient prises", "every seat of your organisation was taken"), _later),
        [ErrorCode.MachineSilent] = new(("votre ordinateur ne répondait pas", "your computer did not answer"), ("Il est peut-être éteint : allumez-le ou faites-le allumer.", "It may be switched off: switch it on or have it switched on.")),
        [ErrorCode.MachineTaken] = new(("quelqu'un d'autre utilisait cet ordinateur", "somebody else was using this computer"), ("Réessayez quand il aura fini.", "Try again when they have finished.")),
        [ErrorCode.NoMachine] = new(("aucun ordinateur n'est attribué à votre nom", "no computer is assigned to your name"),
            ("Demandez à votre service ou à l'assistance de vous en attribuer un.", "Ask your department or the helpdesk to assign one to you.")),
        [ErrorCode.MachineUntrusted] = new(("ce qui répondait à l'adresse de votre ordinateur n'était pas lui", "what answered at your computer's address was not your computer"),
            ("Appelez l'assistance : l'ordinateur a peut-être été réinstallé.", "Call the helpdesk: the computer may have been reinstalled.")),
        [ErrorCode.ExtensionRefused] = new(("la session ne pouvait pas être prolongée", "the session could not be extended"), ("Enregistrez votre travail avant la fin annoncée.", "Save your work before the end that was announced.")),
        [ErrorCode.NoVisitorsHere] = new(("ce poste n'est pas ouvert sans identification", "that station is not open without signing in"),
            ("Identifiez-vous, ou prenez un poste en accès libre.", "Sign in, or use a public station.")),
        [ErrorCode.ComeBack] = new(("trop de monde se connectait au même moment", "too many people were signing in at the same moment"), _again),
    }.ToFrozenDictionary();

    /// <summary>The words for an error; null for one that this broker does not know: a newer one gave it.</summary>
    public static RefusalWord? Find(ErrorCode code) => _words.GetValueOrDefault(code);

    /// <summary>The words for an error, or that it is not known here.</summary>
    public static RefusalWord Of(int code) => Find((ErrorCode)code)
        ?? new(($"pour une raison que ce serveur ne connaît pas encore (erreur {code})", $"for a reason that this server does not know yet (error {code})"), _helpdesk);
}
