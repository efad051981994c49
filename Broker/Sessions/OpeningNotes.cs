using System.Collections.Immutable;
using System.Diagnostics;
using VdiBroker.Kernel;
using VdiBroker.Pools;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Records;

namespace VdiBroker.Sessions;

/// <summary>Notes one call's opening for the record of its sign-in. Of decisions and places in the queue only what is new is noted.</summary>
internal sealed class OpeningNotes(RecordWriter records, OpenRequested request)
{
    // Of a pool with more hosts than anybody reads, those that matter: the first of the ranking and those that were not offered. A line is some 90 bytes, kept for a week, for each opening.
    private const int MostHosts = 16;
    private static readonly TimeSpan _quiet = TimeSpan.FromSeconds(5);
    private SignIn? _signIn;
    private Fact.Considered? _considered;
    private OpeningDecision? _decision;
    private (int Place, long At)? _queued;
    private string _waits = "";
    private bool _over;

    private RecordId Record => RecordId.Of(_signIn!.Serial);

    /// <summary>Who asks is known.</summary>
    public void Meets(SignIn signIn)
    {
        if (_signIn is not null) return;
        _signIn = signIn;
        var pool = request.Pool.Value.Length > 0 ? request.Pool : (PoolId?)null;
        records.Note(Record, new Fact.Asked(signIn.Person, signIn.Station, pool));
    }

    /// <summary>A decision, with its reasons.</summary>
    public void Considers(Pool pool, OpeningDecision decision)
    {
        _decision = decision;
        var (told, others) = decision.Placement?.Told(MostHosts) ?? ([], 0);
        ImmutableArray<HostLine> hosts = [.. told.Select(LineOf)];
        var considered = new Fact.Considered(pool.Id, decision.GetType().Name, hosts.IsEmpty ? "" : pool.Placing.Policy.Name, hosts) { Others = others };
        if (_considered is { } last && Same(last, considered)) return;
        records.Note(Record, _considered = considered);
    }

    /// <summary>A step that the station is told.</summary>
    public void Tells(OpeningStep step)
    {
        switch (step)
        {
            case OpeningStep.Queued { News: var news } when _queued is not { } told || told.Place != news.Standing.Place && Stopwatch.GetElapsedTime(told.At) > _quiet:
                _queued = (news.Standing.Place, Stopwatch.GetTimestamp());
                records.Note(Record, new Fact.Queued(news.Standing.Place, news.Standing.Of, news.About));
                break;
            case OpeningStep.WaitingForEnd or OpeningStep.WaitingForHost or OpeningStep.Waking when _waits != step.GetType().Name:
                _waits = step.GetType().Name;
                records.Note(Record, new Fact.Waits(_waits));
                break;
            case OpeningStep.Ready ready:
                _over = true;
                Given(ready);
                break;
            case OpeningStep.Refused refused:
                Refuses(refused.Code, refused.Reference, refused.What);
                break;
        }
    }

    /// <summary>The store has gone in the middle of it.</summary>
    public void Fails(string reference) => Refuses(ErrorCode.StoreOutOfReach, reference, "");

    /// <summary>The call is over.</summary>
    public void Ends(bool brokerStopping)
    {
        if (!_over && _signIn is not null) records.Note(Record, new Fact.GaveUp(brokerStopping));
        _over = true;
    }

    private void Given(OpeningStep.Ready ready)
    {
        var held = ready.Held;
        records.Note(Record, new Fact.Claimed(held.Session, held.Host, held.Fence, ready.Decision is OpeningDecision.Resume));
        // Whose record holds the desktop that was: there it has moved, or was lost.
        if (ready.Decision is OpeningDecision.Resume { Session: var was } && was.Serial != _signIn!.Serial) records.Note(RecordId.Of(was.Serial), new Fact.Moved(_signIn.Station, _signIn.Serial));
        if (ready.Decision is OpeningDecision.Place { GivenUp: { } lost } place) records.Note(RecordId.Of(lost.Serial), new Fact.Became(lost.Id, nameof(SessionPhase.Lost), place.GivingUp));
    }

    private void Refuses(ErrorCode code, string reference, string what)
    {
        _over = true;
        var refusal = new Fact.Refused((int)code, reference, _decision?.Placement is null || code == ErrorCode.PoolClosed ? what : "");
        // Nobody knows who asks: a record of its own.
        if (_signIn is null) records.Note(RecordId.Of(reference), new Fact.Asked(null, request.Station, null));
        records.Note(_signIn is null ? RecordId.Of(reference) : Record, refusal);
    }

    private static HostLine LineOf(Reason reason) =>
        new(reason.Host, reason.Verdict.ToString(), double.IsFinite(reason.Score) ? reason.Score : null, reason.Taken, reason.Seats, reason.Leaning.ToString());

    // Scores and seats move all the time; what became of a host does not.
    private static bool Same(Fact.Considered last, Fact.Considered now) =>
        (last.Pool, last.Decision) == (now.Pool, now.Decision) && last.Hosts.Select(host => (host.Host, host.Verdict)).SequenceEqual(now.Hosts.Select(host => (host.Host, host.Verdict)));
}
