namespace VdiBroker.Profiles;

/// <summary>The value of the setting <c>printers</c>: names of print queues by commas, the usual one first, or <c>none</c>.</summary>
public static class PrinterList
{
    /// <summary>The list without a printer.</summary>
    public const string None = "none";

    /// <summary>The names in a value; none for <c>none</c> and for nothing.</summary>
    /// <param name="value">As it is stored.</param>
    public static IReadOnlyList<string> NamesIn(string value) => value is None ? [] : value.Split(',', StringSplitOptions.RemoveEmptyEntries);
}
