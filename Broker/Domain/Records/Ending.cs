using VdiBroker.Kernel;

namespace VdiBroker.Records;

/// <summary>How an opening ended, or where it stands. Closed.</summary>
public abstract record Ending
{
    private Ending()
    {
    }

    /// <summary>Nothing after the question is known: it is under way, or its broker was killed.</summary>
    public sealed record UnderWay(bool Waits) : Ending;

    /// <summary>The station was told no.</summary>
    public sealed record Refused(Fact.Refused Refusal) : Ending;

    /// <summary>The station went away before there was a desktop.</summary>
    public sealed record GaveUp(bool BrokerStopping) : Ending;

    /// <summary>A desktop was given, and nobody has seen the person on it.</summary>
    public sealed record Given : Ending;

    /// <summary>The host said no to the last ticket that was presented.</summary>
    public sealed record TicketRefused(string Verdict) : Ending;

    /// <summary>On the station's screen.</summary>
    public sealed record OnScreen : Ending;

    /// <summary>It runs on, on nobody's screen.</summary>
    public sealed record Disconnected : Ending;

    /// <summary>The person took it to another station.</summary>
    public sealed record Moved(StationId Station) : Ending;

    /// <summary>The session is over, or about to be.</summary>
    /// <param name="Phase">Name of <c>Sessions.SessionPhase</c>.</param>
    /// <param name="Cause">Why, as the event stream has it; empty = the person signed out.</param>
    public sealed record Over(string Phase, string Cause) : Ending;
}
