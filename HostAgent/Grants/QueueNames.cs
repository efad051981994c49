namespace VdiBroker.Agent.Grants;

/// <summary>Names of print queues, checked where they come in.</summary>
internal static class QueueNames
{
    private const int Longest = 127;
    private const int Most = 32;

    /// <summary>True for what CUPS takes as a name and no tool takes for an option.</summary>
    public static bool IsQueue(string name) =>
        name.Length is > 0 and <= Longest && name[0] is not ('-' or '.') && name.All(sign => char.IsLetterOrDigit(sign) || sign is '.' or '_' or '-');

    /// <summary>Those of the names that are some, each once, in their order, 32 at most.</summary>
    public static IReadOnlyList<string> Of(IEnumerable<string> names) => [.. names.Where(IsQueue).Distinct(StringComparer.OrdinalIgnoreCase).Take(Most)];
}
