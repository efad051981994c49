using VdiBroker.Hosts;

namespace VdiBroker.Machines;

/// <summary>What a machine without an agent answered when it was asked over RDP. Closed.</summary>
public abstract record MachineAnswer
{
    private MachineAnswer()
    {
    }

    /// <summary>Nothing that speaks RDP over TLS is there: switched off, asleep, or out of reach.</summary>
    /// <param name="Cause">For the log.</param>
    public sealed record NotThere(string Cause) : MachineAnswer;

    /// <summary>Something is there that shows another certificate than the declared one: it is given to nobody.</summary>
    /// <param name="CertificateSha256">What it shows, 64 lower-case hexadecimal digits.</param>
    public sealed record OtherCertificate(string CertificateSha256) : MachineAnswer;

    /// <summary>It is there.</summary>
    /// <param name="WantsNla">It checks the password before it shows a picture (network level authentication).</param>
    public sealed record Ready(bool WantsNla) : MachineAnswer;

    /// <summary>Its health, as placement sees it.</summary>
    public HostHealth Health => this switch
    {
        Ready => HostHealth.Live,
        OtherCertificate => HostHealth.Untrusted,
        _ => HostHealth.Silent,
    };
}

/// <summary>Judges machines without an agent from what they answered.</summary>
public static class MachineJudgement
{
    /// <summary>The boot of every machine without an agent: nobody tells when it was started anew, so nothing is concluded from it.</summary>
    public const string Boot = "";

    /// <summary>What an agent would have said: it is there, with its declared certificate; what runs on it is not known.</summary>
    /// <param name="machine">The machine.</param>
    public static HostObservation Observation(Machine machine) => new(DateTimeOffset.UnixEpoch, null, Boot, machine.CertificateSha256, 0, 0);
}
