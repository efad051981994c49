using Google.Protobuf.WellKnownTypes;
using VdiBroker.Agent.Grants;
using VdiBroker.Agent.Visitors;
using VdiBroker.Protocol.Host.V1;

namespace VdiBroker.Agent.Watching;

/// <summary>Puts together what is told to the broker: the sessions that run, whose they are as far as it was granted here, and the host's load.</summary>
internal sealed class Observer(SessionWatch watch, GrantBook grants, IdleTimes idle, VisitorBook visitors, TimeProvider time)
{
    /// <summary>A report must fit into a message of the broker's, bytes.</summary>
    private const int Largest = 256 * 1024;

    /// <summary>The whole truth about the host now.</summary>
    /// <param name="sequence">Number of the report in its stream.</param>
    public Observation Observe(ulong sequence)
    {
        var observation = new Observation { Sequence = sequence, Load = HostLoadReader.Read() };
        var sessions = watch.Look();
        foreach (var session in sessions)
        {
            var grant = grants.Of(session.User);
            observation.Sessions.Add(new ObservedSession
            {
                User = session.User,
                Display = session.Display,
                Connected = session.Connected,
                Orphaned = session.Orphaned,
                Since = Timestamp.FromDateTimeOffset(session.Since),
                SessionId = grant?.SessionId ?? "",
                Fence = grant?.Fence ?? 0,
                Person = grant?.Person ?? "",
                Pool = grant?.Pool ?? "",
                Idle = Idle(session, grant) is { } untouched ? Duration.FromTimeSpan(untouched) : null,
            });
        }
        // Of the same look: between its session and its being wiped a seat is never seen free.
        observation.Sessions.AddRange(visitors.Leaving(sessions));
        observation.WipedSessionIds.AddRange(visitors.Wiped());
        observation.KeptOut.AddRange(from one in grants.KeptOut(time.GetUtcNow())
                                     select new KeptOut { User = one.Refused.User, SessionId = one.Refused.SessionId, Person = one.Refused.Person, Holder = one.Holder.Person });
        if (observation.CalculateSize() > Largest) Shorten(observation);
        return observation;
    }

    // As many sessions as there may be, of names as long as there may be: that they run is what must be said; whose they are is for a store that has forgotten it.
    private static void Shorten(Observation observation)
    {
        foreach (var session in observation.Sessions) (session.Person, session.Pool) = ("", "");
    }

    // Logging on is a touch that the X server does not know of: who comes back to a desktop after a night has not been idle for that night.
    private TimeSpan? Idle(RunningSession session, Grant? grant)
    {
        if (!session.Connected || idle.Of(session.Server) is not { } untouched) return null;
        var present = grant is null ? untouched : time.GetUtcNow() - grant.At;
        return present < TimeSpan.Zero ? TimeSpan.Zero : present < untouched ? present : untouched;
    }
}
