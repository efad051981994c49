using VdiBroker.Race.History;

namespace VdiBroker.Race.Checking;

/// <summary>Something that must never happen, and did.</summary>
/// <param name="Rule">Which rule, by its name in the README.</param>
/// <param name="At">When.</param>
/// <param name="Text">What, in one sentence.</param>
/// <param name="Excerpt">The events that show it.</param>
public sealed record Violation(string Rule, TimeSpan At, string Text, IReadOnlyList<HistoryEvent> Excerpt)
{
    /// <summary>One line, without the excerpt.</summary>
    public override string ToString() => $"{At.TotalSeconds,8:0.000} s  {Rule}: {Text}";
}
