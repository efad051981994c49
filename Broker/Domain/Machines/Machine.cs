using System.Collections.Immutable;
using VdiBroker.Hosts;
using VdiBroker.Kernel;

namespace VdiBroker.Machines;

/// <summary>What a station shows a machine as the person's password.</summary>
public enum MachineCredential
{
    /// <summary>What the person typed at the station: the machine is as it was, without an agent.</summary>
    Password,

    /// <summary>A ticket: the machine has the agent and reports as session hosts do.</summary>
    Ticket,
}

/// <summary>How a machine that is switched off is woken.</summary>
/// <param name="Mac">Its network card.</param>
/// <param name="Broadcast">Where the magic packet is sent: the broadcast address of the machine's network, IPv4.</param>
/// <param name="Patience">How long it may take until it answers.</param>
public sealed record WakeRules(MacAddress Mac, string Broadcast, TimeSpan Patience)
{
    /// <summary>Two minutes.</summary>
    public static readonly TimeSpan DefaultPatience = TimeSpan.FromMinutes(2);
}

/// <summary>An existing PC or VM that is some people's own: it carries one person at a time.</summary>
/// <param name="Id">Its name in the city file; none of the hosts has the same.</param>
/// <param name="Address">Where stations reach its RDP server: host name or IP address.</param>
/// <param name="Port">TCP port of the RDP server, 1 to 65535.</param>
/// <param name="CertificateSha256">Of its RDP certificate, 64 lower-case hexadecimal digits; empty where its agent says it.</param>
public sealed record Machine(HostId Id, string Address, int Port, string CertificateSha256)
{
    /// <summary>Whose it is by the city file; may be empty: it is given by <c>broker assignment</c> then.</summary>
    public ImmutableArray<PersonId> Owners { get; init; } = [];

    /// <summary>What is shown to it as the person's password.</summary>
    public MachineCredential Credential { get; init; }

    /// <summary>How it is woken; null = it is not.</summary>
    public WakeRules? Wake { get; init; }

    /// <summary>What French screens call it.</summary>
    public string NameFr { get; init; } = Id.Value;

    /// <summary>What English screens call it.</summary>
    public string NameEn { get; init; } = Id.Value;

    /// <summary>It has an agent: what it carries is known from there, not from the stations.</summary>
    public bool HasAgent => Credential == MachineCredential.Ticket;

    /// <summary>As the ledger of seats sees it: a host with one seat.</summary>
    public SessionHost Host => new(Id, Address, Port, 1);

    /// <summary>The name for a screen in <paramref name="language"/> (IETF tag; French unless it starts with "en").</summary>
    public string NameIn(string language) => language.StartsWith("en", StringComparison.OrdinalIgnoreCase) ? NameEn : NameFr;
}
