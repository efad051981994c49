using VdiBroker.Race.History;

namespace VdiBroker.Race.Checking;

/// <summary>"nothing dropped": where brokers are only stopped and started again, one after the other, every sign-in, opening and closing is answered as if nothing had happened, at worst by the next broker.</summary>
public static class DroppedRule
{
    /// <summary>The rule's name.</summary>
    public const string Name = "nothing dropped";

    /// <summary>The kind of fault that excuses nothing.</summary>
    public const string Upgrade = "Upgrade";

    private static readonly string[] Answers = ["ok", Opened.Desktop, Opened.Cancelled, "MovedElsewhere"];

    /// <summary>Looks at every call, where there was an upgrade and no fault.</summary>
    public static IEnumerable<Violation> Check(Evidence evidence)
    {
        if (evidence.Faults.Count == 0 || evidence.Faults.Any(fault => fault.Kind != Upgrade)) return [];
        return from one in evidence.Events
               let said = one switch
               {
                   SignedIn signIn => ("sign-in", signIn.Person, signIn.Outcome),
                   Opened opening => ("opening", opening.Person, opening.Said.Length > 0 ? opening.Said : opening.Outcome),
                   Closed closing => ("closing", closing.Visit, closing.Outcome),
                   _ => ("", "", "ok"),
               }
               where !Answers.Contains(said.Item3)
               select new Violation(Name, one.At, $"{said.Item1} of {said.Item2}: {said.Item3}, and brokers were only restarted one by one", [one]);
    }
}
