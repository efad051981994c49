using VdiBroker.Race.History;

namespace VdiBroker.Race.Checking;

/// <summary>Reads a history and says what in it must never happen. It knows nothing but the history: no broker, no store.</summary>
public static class Checker
{
    private static readonly Func<Evidence, IEnumerable<Violation>>[] _rules =
        [SeatRule.Check, SessionRule.Check, HolderRule.Check, FenceRule.Check, ForgottenRule.Check, TellingRule.Check, EndingRule.Check, WaitingRule.Check, RefusalRule.Check, DroppedRule.Check, FillingRule.Check];

    /// <summary>Every violation, the earliest first.</summary>
    public static IReadOnlyList<Violation> Check(IReadOnlyList<HistoryEvent> events, Allowances? allowances = null)
    {
        var evidence = new Evidence(events, allowances ?? new Allowances());
        return [.. _rules.SelectMany(rule => rule(evidence)).OrderBy(violation => violation.At)];
    }
}
