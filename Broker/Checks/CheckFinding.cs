namespace VdiBroker.Checks;

/// <summary>How a thing that was tried came out.</summary>
internal enum CheckVerdict
{
    /// <summary>It works.</summary>
    Good,

    /// <summary>It works, and will hurt one day or somebody.</summary>
    Warning,

    /// <summary>It does not work.</summary>
    Bad,
}

/// <summary>One thing that <c>broker check</c> tried.</summary>
/// <param name="Verdict">How it came out.</param>
/// <param name="What">What was tried, e.g. <c>directory agglo</c>.</param>
/// <param name="Where">File with line, server, host and port.</param>
/// <param name="Message">What was found.</param>
/// <param name="Remedy">What to do; empty where nothing is to be done.</param>
internal sealed record CheckFinding(CheckVerdict Verdict, string What, string Where, string Message, string Remedy = "")
{
    /// <summary>It works.</summary>
    public static CheckFinding Good(string what, string where, string message) => new(CheckVerdict.Good, what, where, message);

    /// <summary>It works, but.</summary>
    public static CheckFinding Warning(string what, string where, string message, string remedy) => new(CheckVerdict.Warning, what, where, message, remedy);

    /// <summary>It does not work.</summary>
    public static CheckFinding Bad(string what, string where, string message, string remedy) => new(CheckVerdict.Bad, what, where, message, remedy);
}
