namespace VdiBroker.Records;

/// <summary>A part of the way from the last key of the sign-in to the first picture, in the order of the way.</summary>
public enum SegmentName
{
    /// <summary>The station and the network, before the broker heard of the sign-in and after it had answered.</summary>
    Station,

    /// <summary>Lockout, search, bind and groups.</summary>
    Directory,

    /// <summary>The person's settings and running desktops.</summary>
    Profile,

    /// <summary>Waiting: in the pool's queue, for a former session's end, for hosts that come back.</summary>
    Queue,

    /// <summary>Deciding, and taking the seat.</summary>
    Placement,

    /// <summary>From the seat to the host's yes to the ticket: the station connects, the host begins the logon.</summary>
    Host,

    /// <summary>From that yes to the first picture.</summary>
    FirstFrame,
}

/// <summary>What is known of a segment.</summary>
public enum SegmentState
{
    /// <summary>It took as long as is said.</summary>
    Known,

    /// <summary>It was passed, and nobody measured it.</summary>
    Unknown,

    /// <summary>It was begun and not passed: it had taken so long at the end, or at the last that is known.</summary>
    Unfinished,

    /// <summary>The way ended before it.</summary>
    NotReached,

    /// <summary>It was not needed: nobody waited, or the person had signed in long before.</summary>
    NotNeeded,
}

/// <summary>One segment.</summary>
/// <param name="Name">Which.</param>
/// <param name="State">What is known.</param>
/// <param name="From">When it began, by the store's clock; null = not known.</param>
/// <param name="Took">How long it took; null = not known.</param>
public sealed record Segment(SegmentName Name, SegmentState State, DateTimeOffset? From, TimeSpan? Took);
