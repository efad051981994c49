using System.Collections.Immutable;
using VdiBroker.Race.Checking;
using VdiBroker.Race.History;

namespace VdiBroker.Race.Tests;

/// <summary>A small history made by hand: two hosts with one seat each in one pool. Times are seconds.</summary>
internal sealed class Story
{
    public const string Pool = "bureau";

    private readonly RaceHistory _history = new(new Laid(TimeSpan.Zero,
        ImmutableDictionary.CreateRange<string, int>([new("h1", 1), new("h2", 1)]), ImmutableDictionary.CreateRange<string, ImmutableArray<string>>([new(Pool, ["h1", "h2"])])));

    public static TimeSpan S(double seconds) => TimeSpan.FromSeconds(seconds);

    public Story Add(HistoryEvent happened)
    {
        _history.Add(happened);
        return this;
    }

    /// <summary>A desktop is asked for at <paramref name="at"/> and given 0.1 s later.</summary>
    public Story Given(double at, string visit, string person, string session, ulong fence, string host = "h1", bool resumed = false) =>
        Add(new Opened(S(at), S(at + 0.1), visit, person, Pool, Opened.Desktop, session, fence, host, resumed));

    /// <summary>A ticket is presented at <paramref name="at"/> and granted 0.1 s later.</summary>
    public Story LetIn(double at, string person, string session, ulong fence, string attempt, string host = "h1") =>
        Add(new Presented(S(at), S(at + 0.1), host, person, attempt, "Granted", session, fence));

    public Story Starts(double at, string person, string session, string host = "h1") => Add(new Started(S(at), host, "boot", person, Pool, session));

    public Story Ends(double at, string person, string session, string host = "h1") => Add(new Gone(S(at), host, "boot", person, session, "ordered"));

    public Story SignsOut(double at, string visit, string session, ulong fence) => Add(new Closed(S(at), S(at + 0.1), visit, session, fence, SignOut: true, "ok"));

    public Story HearsOf(double at, string visit, string session, ulong fence, string state) => Add(new Told(S(at), visit, session, fence, state));

    public Story Waits(double at, double until, string visit, string person, string outcome = Opened.Cancelled) =>
        Add(new Queued(S(at), visit, person, Pool, 1)).Add(new Opened(S(at - 0.1), S(until), visit, person, Pool, outcome));

    public Story Fails(double from, double until, string part, string target) => Add(new Fault(S(from), S(until), "kill", part, target));

    public Story Settles(double at) => Add(new Settled(S(at)));

    /// <summary>A whole visit: given, let in, started, signed out, gone.</summary>
    public Story Visits(double at, string visit, string person, string session, ulong fence, string host = "h1") =>
        Given(at, visit, person, session, fence, host).LetIn(at + 0.5, person, session, fence, "a-" + visit, host).Starts(at + 0.6, person, session, host)
            .HearsOf(at + 0.7, visit, session, fence, "Active").SignsOut(at + 2, visit, session, fence).Ends(at + 2.2, person, session, host).HearsOf(at + 2.3, visit, session, fence, "SignedOut");

    /// <summary>Names of the rules that were broken, each once.</summary>
    public IReadOnlyList<string> Broken() => [.. Checker.Check(_history.Events()).Select(violation => violation.Rule).Distinct().Order()];

    public RaceHistory Written => _history;
}
