using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace VdiBroker.Race.History;

/// <summary>
/// One thing that somebody outside the broker saw. All times are of one clock (the machine's monotonic one), from the start of the race. Calls have two: when they
/// were made (<c>From</c>) and when the answer came (<c>At</c>); what they did happened in between.
/// </summary>
/// <param name="At">When it was seen.</param>
[JsonDerivedType(typeof(Laid), "laid"), JsonDerivedType(typeof(SignedIn), "signed-in"), JsonDerivedType(typeof(Queued), "queued"), JsonDerivedType(typeof(Opened), "opened")]
[JsonDerivedType(typeof(Told), "told"), JsonDerivedType(typeof(Closed), "closed"), JsonDerivedType(typeof(Presented), "presented"), JsonDerivedType(typeof(Booted), "booted")]
[JsonDerivedType(typeof(Started), "started"), JsonDerivedType(typeof(Gone), "gone"), JsonDerivedType(typeof(Crashed), "crashed"), JsonDerivedType(typeof(Fault), "fault")]
[JsonDerivedType(typeof(Lag), "lag"), JsonDerivedType(typeof(Filled), "filled"), JsonDerivedType(typeof(Settled), "settled"), JsonDerivedType(typeof(Missed), "missed")]
public abstract record HistoryEvent(TimeSpan At);

/// <summary>What the farm is made of: the first event.</summary>
/// <param name="At">The start.</param>
/// <param name="Seats">Seats by host.</param>
/// <param name="Pools">Hosts by pool.</param>
public sealed record Laid(TimeSpan At, ImmutableDictionary<string, int> Seats, ImmutableDictionary<string, ImmutableArray<string>> Pools) : HistoryEvent(At);

/// <summary>A sign-in was answered.</summary>
/// <param name="From">When it was asked.</param>
/// <param name="At">When the answer came.</param>
/// <param name="Visit">The visit of a person to a station that it begins.</param>
/// <param name="Person">Login.</param>
/// <param name="Outcome"><c>ok</c>, the error's name, or <c>lost</c>.</param>
/// <param name="Running">Pools in which the person was said to have a desktop.</param>
public sealed record SignedIn(TimeSpan From, TimeSpan At, string Visit, string Person, string Outcome, ImmutableArray<string> Running) : HistoryEvent(At);

/// <summary>A station was told a place in the queue.</summary>
public sealed record Queued(TimeSpan At, string Visit, string Person, string Pool, int Place) : HistoryEvent(At);

/// <summary>An opening has ended.</summary>
/// <param name="From">When it was asked.</param>
/// <param name="At">When the answer came.</param>
/// <param name="Visit">Whose visit.</param>
/// <param name="Person">Login.</param>
/// <param name="Pool">Of which pool.</param>
/// <param name="Outcome"><see cref="Desktop"/>, the error's name, <see cref="Cancelled"/> or <see cref="Lost"/>.</param>
/// <param name="Session">With a desktop.</param>
/// <param name="Fence">With a desktop.</param>
/// <param name="Host">With a desktop.</param>
/// <param name="Resumed">It was said to be the person's running one.</param>
public sealed record Opened(TimeSpan From, TimeSpan At, string Visit, string Person, string Pool, string Outcome, string Session = "", ulong Fence = 0, string Host = "", bool Resumed = false) : HistoryEvent(At)
{
    /// <summary>With <see cref="Lost"/>: what the last broker said, after another one had not answered; empty = nobody said anything.</summary>
    public string Said { get; init; } = "";

    /// <summary>A desktop was acknowledged.</summary>
    public const string Desktop = "desktop";

    /// <summary>The person left; a claim may have been made.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>No broker gave an answer; a claim may have been made.</summary>
    public const string Lost = "lost";

    /// <summary>A desktop was acknowledged to the station.</summary>
    [JsonIgnore]
    public bool IsDesktop => Outcome == Desktop;

    /// <summary>Nobody outside knows whether a claim was made.</summary>
    [JsonIgnore]
    public bool IsUnknown => Outcome is Cancelled or Lost;
}

/// <summary>A station that follows its desktop was told of it.</summary>
/// <param name="At">When.</param>
/// <param name="Visit">Whose visit.</param>
/// <param name="Session">The desktop.</param>
/// <param name="Fence">The fence that the station holds.</param>
/// <param name="State">As the protocol spells it.</param>
public sealed record Told(TimeSpan At, string Visit, string Session, ulong Fence, string State) : HistoryEvent(At);

/// <summary>A visit was closed.</summary>
/// <param name="From">When it was asked.</param>
/// <param name="At">When the answer came.</param>
/// <param name="Visit">The visit.</param>
/// <param name="Session">What it held; empty = nothing.</param>
/// <param name="Fence">With which fence.</param>
/// <param name="SignOut">The desktop was to end.</param>
/// <param name="Outcome"><c>ok</c>, the error's name or <c>lost</c>.</param>
public sealed record Closed(TimeSpan From, TimeSpan At, string Visit, string Session, ulong Fence, bool SignOut, string Outcome) : HistoryEvent(At);

/// <summary>A host asked about a ticket and was answered.</summary>
/// <param name="From">When the station presented it.</param>
/// <param name="At">When the host had its answer.</param>
/// <param name="Host">Which host.</param>
/// <param name="Person">The account.</param>
/// <param name="Attempt">The host's name for this logon.</param>
/// <param name="Verdict">As the protocol spells it, or <c>lost</c>.</param>
/// <param name="Session">With Granted.</param>
/// <param name="Fence">With Granted.</param>
public sealed record Presented(TimeSpan From, TimeSpan At, string Host, string Person, string Attempt, string Verdict, string Session, ulong Fence) : HistoryEvent(At)
{
    /// <summary>The host let the station in.</summary>
    [JsonIgnore]
    public bool IsGranted => Verdict == "Granted";
}

/// <summary>A machine came up.</summary>
public sealed record Booted(TimeSpan At, string Host, string Boot) : HistoryEvent(At);

/// <summary>On a host a session came to life, or the one that the account had there got another id.</summary>
public sealed record Started(TimeSpan At, string Host, string Boot, string Person, string Pool, string Session) : HistoryEvent(At);

/// <summary>On a host a session ended.</summary>
public sealed record Gone(TimeSpan At, string Host, string Boot, string Person, string Session, string Cause) : HistoryEvent(At);

/// <summary>A machine died, with all its sessions: not before <paramref name="From"/>, not after <paramref name="At"/>.</summary>
public sealed record Crashed(TimeSpan From, TimeSpan At, string Host) : HistoryEvent(At);

/// <summary>A fault was in force.</summary>
/// <param name="From">When it was made.</param>
/// <param name="At">When its cause was gone: the process runs again.</param>
/// <param name="Kind">What was done.</param>
/// <param name="Part">To which kind of part: one of the constants.</param>
/// <param name="Target">To which one.</param>
public sealed record Fault(TimeSpan From, TimeSpan At, string Kind, string Part, string Target) : HistoryEvent(At)
{
    /// <summary>A broker process.</summary>
    public const string Broker = "broker";

    /// <summary>A server of the store.</summary>
    public const string Store = "store";

    /// <summary>A host or its agent.</summary>
    public const string Machine = "host";
}

/// <summary>The driver itself was late by so much.</summary>
public sealed record Lag(TimeSpan At, TimeSpan Late) : HistoryEvent(At);

/// <summary>At the end, all faults over and everybody signed out: so many seats of the host could be had.</summary>
public sealed record Filled(TimeSpan At, string Host, int Had) : HistoryEvent(At);

/// <summary>At the end, before the seats were tried: faults are over and everybody was signed out by this time.</summary>
public sealed record Settled(TimeSpan At) : HistoryEvent(At);

/// <summary>At the end somebody could not be signed out, or a seat not be tried.</summary>
public sealed record Missed(TimeSpan At, string What) : HistoryEvent(At);
