using VdiBroker.Kernel;
using VdiBroker.Pools;
using VdiBroker.Records;

namespace VdiBroker.Sessions;

/// <summary>Notes what becomes of sessions, in the record of the sign-in that holds each.</summary>
internal sealed class SessionNotes(RecordWriter records)
{
    /// <summary>It came into another phase.</summary>
    /// <param name="session">As it was before: its number finds the record.</param>
    /// <param name="phase">The new phase.</param>
    /// <param name="cause">Why, as the event has it.</param>
    public void Became(Session session, SessionPhase phase, string cause) => records.Note(RecordId.Of(session.Serial), new Fact.Became(session.Id, phase.ToString(), cause));

    /// <summary>Its person was told of its end.</summary>
    public void EndTold(Session session, Limit limit, DateTimeOffset ends) => records.Note(RecordId.Of(session.Serial), new Fact.EndTold(session.Id, limit.Word(), ends));

    /// <summary>What was told holds no more.</summary>
    public void EndTakenBack(Session session, Limit limit) => records.Note(RecordId.Of(session.Serial), new Fact.EndTakenBack(session.Id, limit.Word()));

    /// <summary>Its person got more time.</summary>
    public void EndPutOff(Session session, Limit limit, DateTimeOffset until) => records.Note(RecordId.Of(session.Serial), new Fact.EndPutOff(session.Id, limit.Word(), until));

    /// <summary>A limit ends it.</summary>
    public void EndsBy(Session session, Limit limit) => Became(session, SessionPhase.Ending, $"limit-{limit.Word()}");

    /// <summary>A host presented one of its tickets.</summary>
    public void Presented(Session session, Ticket ticket, HostId host, TicketVerdict verdict) =>
        records.Note(RecordId.Of(session.Serial), new Fact.Presented(host, ticket.Fence, verdict.ToString()));

    /// <summary>Its station has the first picture.</summary>
    public void Shown(SignIn signIn, ShownAtStation shown) =>
        records.Note(RecordId.Of(signIn.Serial), new Fact.Shown(shown.Fence, shown.Took.SignIn, shown.Took.Open, shown.Took.Connect));

    /// <summary>Its station gave it back, or gave up waiting.</summary>
    public void Closed(SignIn signIn, bool signedOut) => records.Note(RecordId.Of(signIn.Serial), new Fact.Closed(signedOut));
}
