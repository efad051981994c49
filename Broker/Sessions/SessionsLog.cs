using VdiBroker.Kernel;
using VdiBroker.Pools;

namespace VdiBroker.Sessions;

/// <summary>Log of the sessions room, ids 1000 to 1099.</summary>
internal static partial class SessionsLog
{
    [LoggerMessage(1000, LogLevel.Information, "{person} signed in at {station}: number {serial}, pools {pools}, limited {limited}")]
    public static partial void SignedIn(ILogger logger, PersonId person, StationId station, long serial, string pools, bool limited);

    [LoggerMessage(1001, LogLevel.Information, "session {session} of {person} in {pool} on {host} for station {station}, fence {fence}, resumed {resumed}")]
    public static partial void Opened(ILogger logger, SessionId session, PersonId person, PoolId pool, HostId host, StationId station, Fence fence, bool resumed);

    [LoggerMessage(1002, LogLevel.Information, "session {session} on {host} is {phase}: {cause}")]
    public static partial void Corrected(ILogger logger, SessionId session, HostId host, SessionPhase phase, string cause);

    [LoggerMessage(1003, LogLevel.Information, "ticket {ticket} of session {session} redeemed on {host}")]
    public static partial void TicketRedeemed(ILogger logger, string ticket, SessionId session, HostId host);

    [LoggerMessage(1004, LogLevel.Warning, "ticket {ticket} refused on {host} for account {user}: {verdict} (session {session})")]
    public static partial void TicketRefused(ILogger logger, string ticket, HostId host, string user, TicketVerdict verdict, string session);

    [LoggerMessage(1005, LogLevel.Information, "sign-in of {person} at {station} closed: {outcome}")]
    public static partial void Closed(ILogger logger, PersonId person, StationId station, string outcome);

    [LoggerMessage(1006, LogLevel.Warning, "the store is out of reach; a report of {host} is dropped, the next one says it all again: {cause}")]
    public static partial void ReportDropped(ILogger logger, HostId host, string cause);

    [LoggerMessage(1007, LogLevel.Warning, "sign-in at {station}: the directory is out of reach: {cause}")]
    public static partial void DirectoryOutOfReach(ILogger logger, StationId station, string cause);

    [LoggerMessage(1009, LogLevel.Information, "rights of {person} at {station} are others now: pools {before} became {now}")]
    public static partial void RightsChanged(ILogger logger, PersonId person, StationId station, string before, string now);

    [LoggerMessage(1010, LogLevel.Warning, "rights of {person} at {station} could not be read anew: the directory is out of reach; those of {minutes} min ago hold on")]
    public static partial void RightsNotRenewed(ILogger logger, PersonId person, StationId station, double minutes);

    [LoggerMessage(1012, LogLevel.Information, "{person} gave up the place in the queue of {pool}: {cause}")]
    public static partial void QueueLeft(ILogger logger, PersonId person, PoolId pool, string cause);

    [LoggerMessage(1013, LogLevel.Warning, "the queue of {pool} cannot be read now; places are kept: {cause}")]
    public static partial void QueueNotRead(ILogger logger, PoolId pool, string cause);

    [LoggerMessage(1014, LogLevel.Information, "claim on session {session} of {person} on {host}, whose agent does not report: {outcome}, its lease is over")]
    public static partial void ClaimOver(ILogger logger, SessionId session, PersonId person, HostId host, Expiry outcome);

    [LoggerMessage(1017, LogLevel.Warning, "session {session} of {person} runs on {host} and the ledger had no seat for it; taken in: {cause}")]
    public static partial void Adopted(ILogger logger, string session, string person, HostId host, string cause);

    [LoggerMessage(1018, LogLevel.Warning, "session {session} on {host}: the ledger was put right: {cause}")]
    public static partial void Repaired(ILogger logger, SessionId session, HostId host, string cause);

    [LoggerMessage(1019, LogLevel.Warning, "{kind}: a session of account {user} runs on {host} without a seat: {cause}")]
    public static partial void Unseated(ILogger logger, string kind, string user, HostId host, string cause);

    [LoggerMessage(1020, LogLevel.Information, "session {session} of {person} on {host} is told of its end: {limit}, at {ends:u}")]
    public static partial void Warned(ILogger logger, SessionId session, PersonId person, HostId host, Limit limit, DateTimeOffset ends);

    [LoggerMessage(1021, LogLevel.Information, "session {session} of {person} on {host}: what was told of its end is taken back ({limit})")]
    public static partial void WarningTakenBack(ILogger logger, SessionId session, PersonId person, HostId host, Limit limit);

    [LoggerMessage(1022, LogLevel.Information, "session {session} of {person} on {host} is ended by a limit: {limit}")]
    public static partial void EndedByLimit(ILogger logger, SessionId session, PersonId person, HostId host, Limit limit);

    [LoggerMessage(1023, LogLevel.Information, "session {session} of {person} at {station} is extended: {limit} does not hold until {until:u}")]
    public static partial void Extended(ILogger logger, SessionId session, PersonId person, StationId station, Limit limit, DateTimeOffset until);

    [LoggerMessage(1024, LogLevel.Warning, "session {session} is counted in {pool} and is no more; it is counted no longer: {cause}")]
    public static partial void Dropped(ILogger logger, SessionId session, PoolId pool, string cause);

    [LoggerMessage(1025, LogLevel.Information, "call for help {number}: {person} at {station}, session {session}")]
    public static partial void HelpCalled(ILogger logger, long number, PersonId person, StationId station, SessionId session);

    [LoggerMessage(1026, LogLevel.Error, "what visitor {user} left on {host} cannot be removed, and their seat is not free before it is: {left}")]
    public static partial void NotWiped(ILogger logger, string user, HostId host, string left);

    [LoggerMessage(1027, LogLevel.Information, "a visit without a name begins at {station}: {person}, number {serial}, pool {pool}")]
    public static partial void VisitBegun(ILogger logger, PersonId person, StationId station, long serial, PoolId pool);

    [LoggerMessage(1028, LogLevel.Information, "the visit {person} at {station} is ended: another begins there")]
    public static partial void VisitOvertaken(ILogger logger, PersonId person, StationId station);

    [LoggerMessage(1029, LogLevel.Error, "{host} did not let {person} in (session {session}): the desktop that runs there under account {user} is {holder}'s; two people must not share an account (key account:LOGIN)")]
    public static partial void KeptOut(ILogger logger, HostId host, string person, string session, string user, string holder);

    [LoggerMessage(1030, LogLevel.Warning, "the session manager of {host} began anew and has lost the session of account {user}: it stays on the screen that it is on; once it is on none the host ends it, and what was not saved in it is lost")]
    public static partial void Orphaned(ILogger logger, HostId host, string user);

    [LoggerMessage(1031, LogLevel.Error, "the row of session {session} of account {user} on {host} cannot be read: it is left as it is, and its person is told that something is wrong; everybody else goes on. Once the key session:{session} is deleted, what its host tells of it is taken in anew")]
    public static partial void RowUnreadable(ILogger logger, string session, string user, HostId host);

    [LoggerMessage(1032, LogLevel.Warning, "what {person} waits for in the queue of {pool} could not be read: the place is kept, and told anew by the broker that has the person")]
    public static partial void PlaceUnreadable(ILogger logger, PersonId person, PoolId pool);

    [LoggerMessage(1008, LogLevel.Error, "{person} is refused: the people of another tenant use this account name on the hosts (key account:LOGIN); two people must not share an account")]
    public static partial void AccountTaken(ILogger logger, PersonId person);

    [LoggerMessage(1040, LogLevel.Warning, "host {host} reports what cannot be; that part is left out, the rest of the report counts: {part}")]
    public static partial void ReportPartLeftOut(ILogger logger, HostId host, string part);
}
