using VdiBroker.Race.History;

namespace VdiBroker.Race.Checking;

/// <summary>A history, sorted for the rules.</summary>
public sealed class Evidence
{
    /// <summary>Sorts it.</summary>
    public Evidence(IReadOnlyList<HistoryEvent> events, Allowances allowances)
    {
        Events = [.. events.OrderBy(one => one.At)];
        Allowances = allowances;
        Laid = Events.OfType<Laid>().Single();
        Lives = Life.All(Events);
        Openings = [.. Events.OfType<Opened>()];
        Acknowledged = [.. Openings.Where(one => one.IsDesktop)];
        Closings = [.. Events.OfType<Closed>()];
        Notices = [.. Events.OfType<Told>()];
        Logons = [.. Events.OfType<Presented>()];
        Faults = [.. Events.OfType<Fault>()];
        Late = Events.OfType<Lag>().Select(lag => lag.Late).DefaultIfEmpty().Max();
        End = Events[^1].At;
    }

    /// <summary>Everything, by time.</summary>
    public IReadOnlyList<HistoryEvent> Events { get; }

    /// <summary>What is allowed.</summary>
    public Allowances Allowances { get; }

    /// <summary>The farm.</summary>
    public Laid Laid { get; }

    /// <summary>The hosts' truth.</summary>
    public IReadOnlyList<Life> Lives { get; }

    /// <summary>Every opening.</summary>
    public IReadOnlyList<Opened> Openings { get; }

    /// <summary>Those that brought a desktop.</summary>
    public IReadOnlyList<Opened> Acknowledged { get; }

    /// <summary>Every closing.</summary>
    public IReadOnlyList<Closed> Closings { get; }

    /// <summary>Every notice.</summary>
    public IReadOnlyList<Told> Notices { get; }

    /// <summary>Every ticket presented.</summary>
    public IReadOnlyList<Presented> Logons { get; }

    /// <summary>Every fault.</summary>
    public IReadOnlyList<Fault> Faults { get; }

    /// <summary>How late the driver itself was at worst: what it measured may be wrong by so much.</summary>
    public TimeSpan Late { get; }

    /// <summary>How long the aftermath of a fault lasts: five steps (attaching, failing over, reporting …), each of which may be as late as the machine that the race ran on.</summary>
    public TimeSpan Recovery => Allowances.Recovery + (5 * Late);

    /// <summary>The last event.</summary>
    public TimeSpan End { get; }

    /// <summary>True when one of these faults, or its aftermath, touches the time between.</summary>
    /// <param name="from">Begin.</param>
    /// <param name="until">End.</param>
    /// <param name="host">The host that it would concern; faults of other hosts do not count.</param>
    /// <param name="brokers">Faults of brokers count too.</param>
    public bool Disturbed(TimeSpan from, TimeSpan until, string host, bool brokers = false) => Faults.Any(fault =>
        fault.From <= until && fault.At + Recovery >= from
        && (fault.Part == Fault.Store || (fault.Part == Fault.Broker && brokers) || (fault.Part == Fault.Machine && fault.Target == host)));

    /// <summary>All that was seen of a session.</summary>
    public IReadOnlyList<HistoryEvent> Of(string session) =>
    [
        .. Events.Where(one => one switch
        {
            Opened opened => opened.Session == session,
            Told told => told.Session == session,
            Closed closed => closed.Session == session,
            Presented presented => presented.Session == session,
            Started started => started.Session == session,
            Gone gone => gone.Session == session,
            _ => false,
        }),
    ];
}
