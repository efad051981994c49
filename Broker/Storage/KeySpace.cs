using StackExchange.Redis;
using VdiBroker.Kernel;

namespace VdiBroker.Storage;

/// <summary>
/// The only place that spells a key. Every key carries the hash tag <c>{farm}</c>: a script that touches several stays in one slot of a Cluster.
/// </summary>
/// <param name="farm">The farm of the city file.</param>
internal sealed class KeySpace(string farm)
{
    private const string ProfileEnd = ":profile";
    private readonly string _prefix = $"vdi:{{{farm}}}:";

    /// <summary>Whose keys.</summary>
    public string Farm => farm;

    /// <summary>String: the last number given; fences and sign-in serials come from the same row, so both only grow, and neither is behind the store's clock (µs).</summary>
    public RedisKey Counter => _prefix + "counter";

    /// <summary>String: when the store was first looked at, ms; gone with all the rest when it is emptied.</summary>
    public RedisKey Began => _prefix + "began";

    /// <summary>String: when the store last began anew although a broker knew an earlier beginning, ms.</summary>
    public RedisKey Emptied => _prefix + "emptied";

    /// <summary>Hash: who does a job that one broker at a time does, until when (ms), and the number of their term.</summary>
    public RedisKey Job(string name) => $"{_prefix}job:{name}";

    /// <summary>Stream: what happened on the farm, in order.</summary>
    public RedisKey Events => _prefix + "events";

    /// <summary>Published for events, once for those of a moment: readers look at the stream at once.</summary>
    public RedisChannel Doorbell => RedisChannel.Literal(_prefix + "doorbell");

    /// <summary>Hash: what the agent last said of its host.</summary>
    public RedisKey Board(HostId host) => $"{_prefix}host:{host.Value}:board";

    /// <summary>Hash: account → session id, one row a seat held.</summary>
    public RedisKey Seats(HostId host) => $"{_prefix}host:{host.Value}:seats";

    /// <summary>Hash: one session.</summary>
    public RedisKey Session(SessionId session) => $"{_prefix}session:{session.Value}";

    /// <summary>Hash: pool → the person's live session id.</summary>
    public RedisKey Desktops(PersonId person) => $"{_prefix}person:{person.Value}:desktops";

    /// <summary>Hash: pool → number of the newest sign-in that ever held the person's desktop there.</summary>
    public RedisKey Newest(PersonId person) => $"{_prefix}person:{person.Value}:newest";

    /// <summary>String: id of the directory whose people use this account name on the hosts.</summary>
    public RedisKey Account(string user) => $"{_prefix}account:{user}";

    /// <summary>String (JSON): the person's profile.</summary>
    public RedisKey Profile(PersonId person) => $"{_prefix}person:{person.Value}{ProfileEnd}";

    /// <summary>List, capped: changes of the person's own choices.</summary>
    public RedisKey ProfileHistory(PersonId person) => $"{_prefix}person:{person.Value}:profile-history";

    /// <summary>Glob for the keys of all profiles.</summary>
    public string Profiles => $"{_prefix}person:*{ProfileEnd}";

    /// <summary>Whose profile a key that fits <see cref="Profiles"/> is.</summary>
    public PersonId ProfileOwner(RedisKey key) => new(key.ToString()[$"{_prefix}person:".Length..^ProfileEnd.Length]);

    /// <summary>Hash: one sign-in, by the digest of its secret.</summary>
    public RedisKey SignIn(SecretDigest digest) => $"{_prefix}sign-in:{digest.Hex}";

    /// <summary>Hash: one ticket, by the digest of its secret.</summary>
    public RedisKey Ticket(SecretDigest digest) => $"{_prefix}ticket:{digest.Hex}";

    /// <summary>Hash: person, or <c>*</c> for everybody → when all that was known of their rights became a thing of the past, ms.</summary>
    public RedisKey Refreshed => _prefix + "refreshed";

    /// <summary>Hash: broker → what it knows of each directory server (JSON with its time).</summary>
    public RedisKey DirectoryStates => _prefix + "directories";

    /// <summary>Hash: tries of one name (its digest) at one station.</summary>
    public RedisKey Tries(string name, StationId station) => $"{_prefix}tries:{name}:{station.Value}";

    /// <summary>Hash: the last visit without a name at one station: its person and its sign-in.</summary>
    public RedisKey Visit(StationId station) => $"{_prefix}station:{station.Value}:visit";

    /// <summary>Hash: tries at one station, whoever was tried.</summary>
    public RedisKey TriesAt(StationId station) => $"{_prefix}station:{station.Value}:tries";

    /// <summary>Hash: tries of one name (its digest) at all stations.</summary>
    public RedisKey TriesOf(string name) => $"{_prefix}tries:{name}";

    /// <summary>Hash: station → how it is, by its own word.</summary>
    public RedisKey Presences => _prefix + "presences";

    /// <summary>Hash: number → an order that waits for the station.</summary>
    public RedisKey OrdersTo(StationId station) => $"{_prefix}station:{station.Value}:orders";

    /// <summary>Hash: number → what became of an order to the station.</summary>
    public RedisKey OutcomesOf(StationId station) => $"{_prefix}station:{station.Value}:outcomes";

    /// <summary>Sorted set: who is locked and which station pauses, by when it is over.</summary>
    public RedisKey Lockouts => _prefix + "lockouts";

    /// <summary>Hash: what checks a person's password while their tenant's directory is down.</summary>
    public RedisKey Verifier(TenantId tenant, string name) => $"{_prefix}limited:{tenant.Value}:{name}";

    /// <summary>Sorted set: the names that have a <see cref="Verifier"/> in this tenant, by when it ends.</summary>
    public RedisKey Verifiers(TenantId tenant) => $"{_prefix}limited:{tenant.Value}";

    /// <summary>Sorted set: people who wait for a seat of the pool, by the number that they drew.</summary>
    public RedisKey Queue(PoolId pool) => $"{_prefix}pool:{pool.Value}:queue";

    /// <summary>Hash: person → tenant, station, since when and last seen when (JSON); one row for each member of <see cref="Queue"/>.</summary>
    public RedisKey Waiting(PoolId pool) => $"{_prefix}pool:{pool.Value}:waiting";

    /// <summary>Hash: session id → tenant, one row a session that uses the pool: put twice or taken twice, it is put or taken once.</summary>
    public RedisKey Use(PoolId pool) => $"{_prefix}pool:{pool.Value}:used-by";

    /// <summary>Hash: tenant → how many of the rows of <see cref="Use"/> are its; <c>*</c> → all.</summary>
    public RedisKey Shares(PoolId pool) => $"{_prefix}pool:{pool.Value}:shares";

    /// <summary>List, capped: when seats of the pool came free, ms, newest first.</summary>
    public RedisKey Releases(PoolId pool) => $"{_prefix}pool:{pool.Value}:releases";

    /// <summary>Hash: person → host or machine that is theirs for good.</summary>
    public RedisKey Assignments(PoolId pool) => $"{_prefix}pool:{pool.Value}:assignments";

    /// <summary>String: since when a machine is being woken, ms; gone when it answers or nobody wakes it any more.</summary>
    public RedisKey Wake(HostId machine) => $"{_prefix}machine:{machine.Value}:wake";

    /// <summary>List, capped: how long earlier wakes of a machine took, ms, newest first.</summary>
    public RedisKey Wakes(HostId machine) => $"{_prefix}machine:{machine.Value}:wakes";

    /// <summary>Hash: pool → host that last carried the person's desktop there.</summary>
    public RedisKey LastHosts(PersonId person) => $"{_prefix}person:{person.Value}:last-hosts";

    /// <summary>Hash: host → its drain (JSON): from when, for how long people may finish, until when, by whom, why.</summary>
    public RedisKey Drains => _prefix + "drains";

    /// <summary>Hash: station → what was decided of its name (JSON).</summary>
    public RedisKey Standings => _prefix + "standings";

    /// <summary>Hash: code → the wish of an unknown station to be admitted (JSON).</summary>
    public RedisKey Enrolments => _prefix + "enrolments";

    /// <summary>Hash: digest of an unknown station's key → its code; one row for each of <see cref="Enrolments"/>.</summary>
    public RedisKey EnrolmentCodes => _prefix + "enrolments:codes";

    /// <summary>Sorted set: the codes that nobody has decided, by when they end.</summary>
    public RedisKey EnrolmentEnds => _prefix + "enrolments:ends";

    /// <summary>Sorted set: the codes that somebody has decided, by when they end.</summary>
    public RedisKey EnrolmentsDecided => _prefix + "enrolments:decided";

    /// <summary>Sorted set: those of one address that nobody has decided, by when they end.</summary>
    public RedisKey EnrolmentsOf(string address) => $"{_prefix}enrolments:from:{address}";

    /// <summary>List, capped: the notes of one sign-in.</summary>
    public RedisKey Record(string id) => $"{_prefix}record:{id}";

    /// <summary>Hash: number → a call for help that is not served yet (JSON).</summary>
    public RedisKey HelpCalls => _prefix + "help:calls";

    /// <summary>Hash: person and station → number of their open call.</summary>
    public RedisKey HelpCallers => _prefix + "help:callers";

    /// <summary>Sorted set: new calls of a station of the last minutes, by when they came.</summary>
    public RedisKey HelpOf(StationId station) => $"{_prefix}help:station:{station.Value}";

    /// <summary>String: number of the last call.</summary>
    public RedisKey HelpLast => _prefix + "help:last";

    /// <summary>Sorted set, capped: records of a person, a station, a session, a reference or an unknown name (some digits of its digest), tries of a person, tries and visits at a station, by when they began.</summary>
    public RedisKey Records(string kind, string value) => $"{_prefix}records:{kind}:{value}";
}
