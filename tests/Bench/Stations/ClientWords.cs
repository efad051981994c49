using System.Text.Json.Serialization;

namespace VdiBroker.Bench.Stations;

/// <summary>What the bench asks of a process full of stations; one line of JSON each, answered by one <see cref="ClientAnswer"/>.</summary>
/// <param name="Do">meet, open, follow, mark or report.</param>
internal sealed record ClientOrder(string Do)
{
    /// <summary>With <c>open</c>: who sits at each station.</summary>
    public IReadOnlyList<Sitter>? People { get; init; }
}

/// <summary>Somebody at a station. Only ever on a pipe between two processes of the bench.</summary>
internal sealed record Sitter(string Login, string Password);

/// <summary>What a process full of stations says: a desktop on the way to an order's answer, or that answer.</summary>
internal sealed record ClientAnswer
{
    /// <summary>A station got a desktop and connects to it.</summary>
    public GivenDesktop? Desktop { get; init; }

    /// <summary>How its stations are; ends an order.</summary>
    public FleetState? State { get; init; }
}

/// <summary>A station's desktop, for the agent of its host.</summary>
internal sealed record GivenDesktop(string Host, string User, string Ticket);

/// <summary>How the stations of one process, or of all, are. Instants are <see cref="System.Diagnostics.Stopwatch"/>'s, which every process of the machine has alike.</summary>
/// <param name="Failed">Stations that could not do what was ordered.</param>
/// <param name="Following">Stations that hear a server.</param>
/// <param name="Active">Stations whose last word was "on this screen".</param>
/// <param name="Final">Stations that were told an end.</param>
/// <param name="Told">Stations that were told something since the mark.</param>
internal sealed record FleetState(int Failed, int Following, int Active, int Final, int Told)
{
    /// <summary>First and last word since the mark; 0 = none.</summary>
    public long FirstTold { get; init; }

    /// <summary>As <see cref="FirstTold"/>.</summary>
    public long LastTold { get; init; }

    /// <summary>When the last station that hears a server began to.</summary>
    public long LastBack { get; init; }

    /// <summary>Streams tried since the mark.</summary>
    public int Tries { get; init; }

    /// <summary>Why stations failed, each cause once.</summary>
    public IReadOnlyList<string> Causes { get; init; } = [];

    /// <summary>Of both together.</summary>
    public FleetState With(FleetState other) => new(Failed + other.Failed, Following + other.Following, Active + other.Active, Final + other.Final, Told + other.Told)
    {
        FirstTold = FirstTold == 0 || other.FirstTold == 0 ? Math.Max(FirstTold, other.FirstTold) : Math.Min(FirstTold, other.FirstTold),
        LastTold = Math.Max(LastTold, other.LastTold),
        LastBack = Math.Max(LastBack, other.LastBack),
        Tries = Tries + other.Tries,
        Causes = [.. Causes.Union(other.Causes)],
    };
}

[JsonSerializable(typeof(ClientOrder))]
[JsonSerializable(typeof(ClientAnswer))]
internal sealed partial class ClientJson : JsonSerializerContext;
