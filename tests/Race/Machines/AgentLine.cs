using System.Text.Json;
using System.Text.Json.Serialization;

namespace VdiBroker.Race.Machines;

/// <summary>What a machine and the process of its agent say to each other, one JSON object a line.</summary>
[JsonDerivedType(typeof(Changed), "changed"), JsonDerivedType(typeof(Seen), "seen"), JsonDerivedType(typeof(Ask), "ask")]
[JsonDerivedType(typeof(Look), "look"), JsonDerivedType(typeof(Answer), "answer"), JsonDerivedType(typeof(End), "end"), JsonDerivedType(typeof(Attached), "attached")]
[JsonDerivedType(typeof(Late), "late")]
internal abstract record AgentLine
{
    /// <summary>To the agent: something has changed, look.</summary>
    public sealed record Changed : AgentLine;

    /// <summary>To the agent: what runs at this moment, as the answer to a look.</summary>
    public sealed record Seen(int Number, IReadOnlyList<SeenSession> Sessions) : AgentLine;

    /// <summary>To the agent: somebody wants to log on.</summary>
    public sealed record Ask(string Attempt, string User, string Ticket) : AgentLine
    {
        /// <summary>Never the ticket, whoever prints it.</summary>
        public override string ToString() => $"ask {Attempt} of {User}";
    }

    /// <summary>From the agent: what runs?</summary>
    public sealed record Look(int Number) : AgentLine;

    /// <summary>From the agent: a broker's verdict; <see cref="History.Presented"/> says how it is spelt.</summary>
    public sealed record Answer(string Attempt, string Verdict, string Session, ulong Fence, string Person, string Pool) : AgentLine;

    /// <summary>From the agent: a broker orders a session to end.</summary>
    public sealed record End(string Session, string User) : AgentLine;

    /// <summary>From the agent: it is attached to the broker of this number.</summary>
    public sealed record Attached(int Broker) : AgentLine;

    /// <summary>From the agent: its process was so late. The machine that the race runs on is short of processors, or the agent was frozen.</summary>
    public sealed record Late(TimeSpan By) : AgentLine;

    /// <summary>As one line.</summary>
    public string Written() => JsonSerializer.Serialize(this);

    /// <summary>Reads one line.</summary>
    public static AgentLine Read(string line) => JsonSerializer.Deserialize<AgentLine>(line)!;
}

/// <summary>A session as an agent reports it.</summary>
internal sealed record SeenSession(string User, int Display, bool Connected, DateTime Since, string Session, ulong Fence, string Person, string Pool);
