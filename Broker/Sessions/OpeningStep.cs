using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Machines;
using VdiBroker.Pools;
using VdiBroker.Protocol.Rpc.V1;

namespace VdiBroker.Sessions;

/// <summary>One step on the way to a desktop. Closed; <see cref="Ready"/> and <see cref="Refused"/> are the last.</summary>
internal abstract record OpeningStep
{
    private OpeningStep()
    {
    }

    /// <summary>The person's former session is still closing on its host.</summary>
    public sealed record WaitingForEnd : OpeningStep;

    /// <summary>Everything has only just come back and the hosts are on their way, or the person's own host fell silent a moment ago.</summary>
    /// <param name="Missed">That host: the person may give the desktop there up at once; null = nothing to give up.</param>
    public sealed record WaitingForHost(HostId? Missed) : OpeningStep;

    /// <summary>The person's own machine is switched off and is being woken.</summary>
    /// <param name="Machine">Which.</param>
    /// <param name="About">What is still to be expected; null = it was never woken before.</param>
    public sealed record Waking(Machine Machine, TimeSpan? About) : OpeningStep;

    /// <summary>Nothing is free: the person waits in the pool's queue.</summary>
    /// <param name="News">Where they stand.</param>
    /// <param name="Decision">Why they wait: every host considered.</param>
    public sealed record Queued(QueueNews News, OpeningDecision Decision) : OpeningStep;

    /// <summary>The desktop is theirs, under a lease, and the ticket opens it.</summary>
    /// <param name="Held">The claim.</param>
    /// <param name="Host">Where it runs.</param>
    /// <param name="CertificateSha256">Of the host's RDP server, hexadecimal.</param>
    /// <param name="SignIn">Whose.</param>
    /// <param name="Decision">Why this one.</param>
    public sealed record Ready(Claim.Held Held, SessionHost Host, string CertificateSha256, SignIn SignIn, OpeningDecision Decision) : OpeningStep
    {
        /// <summary>The machine that it is; null = a session host.</summary>
        public Machine? Machine { get; init; }
    }

    /// <summary>No desktop now.</summary>
    /// <param name="Code">Which error of the catalogue says it.</param>
    /// <param name="What">For the log.</param>
    public sealed record Refused(ErrorCode Code, string What) : OpeningStep
    {
        /// <summary>Every host considered and why; null where none was.</summary>
        public Placement? Placement { get; init; }

        /// <summary>What the station shows for the telephone, as the record of the sign-in has it; empty = none is drawn yet.</summary>
        public string Reference { get; init; } = "";

        /// <summary>The pool is closed: when it opens; null = it is not.</summary>
        public HoursState.Closed? Hours { get; init; }

        /// <summary>At least so long before the next try; null = no time is known.</summary>
        public TimeSpan? RetryAfter { get; init; }
    }
}
