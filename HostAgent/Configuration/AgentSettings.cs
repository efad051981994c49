namespace VdiBroker.Agent.Configuration;

/// <summary>What <c>vdi-agent run</c> needs to know; complete and readable once it exists.</summary>
/// <param name="Brokers">At least one, tried in order: <c>https://address:port</c>.</param>
/// <param name="Authority">PEM file of the city's certificate authority, the only one trusted.</param>
/// <param name="Certificate">PEM file of the host's own certificate (URI name <c>vdi://city/host/name</c>).</param>
/// <param name="Key">PEM file of its private key.</param>
/// <param name="RdpCertificate">PEM file of the certificate that xrdp shows.</param>
/// <param name="Socket">Local socket for PAM's commands, alone in a directory of mode 0700.</param>
internal sealed record AgentSettings(
    IReadOnlyList<Uri> Brokers, string Authority, string Certificate, string Key, string RdpCertificate, string Socket)
{
    /// <summary>Where the socket is when nothing else is said.</summary>
    public const string DefaultSocket = "/run/vdi-agent/agent.sock";

    /// <summary>Where visitors' homes are when nothing else is said.</summary>
    public const string DefaultVisitorHomes = "/var/lib/vdi-visitors";

    /// <summary>Where libnss-extrausers looks for accounts.</summary>
    public const string DefaultVisitorAccounts = "/var/lib/extrausers";

    /// <summary>Where a desktop's start looks for what its person's profile says, when nothing else is said.</summary>
    public const string DefaultDesktops = "/run/vdi-desktops";

    /// <summary>Where CUPS listens when nothing else is said.</summary>
    public const string DefaultCups = "/run/cups/cups.sock";

    /// <summary>Where CUPS keeps what waits in it when nothing else is said.</summary>
    public const string DefaultCupsSpool = "/var/spool/cups";

    /// <summary>Folder of what each person's profile says of their next desktop.</summary>
    public string Desktops { get; init; } = DefaultDesktops;

    /// <summary>Socket of the host's CUPS; where there is none, sessions have no printers.</summary>
    public string Cups { get; init; } = DefaultCups;

    /// <summary>Folder in which it keeps what waits, whether it runs or not; a host on which CUPS was never installed has none.</summary>
    public string CupsSpool { get; init; } = DefaultCupsSpool;

    /// <summary>Folder of the homes of visitors. That it is there says that this host takes them.</summary>
    public required string VisitorHomes { get; init; }

    /// <summary>Folder of the visitors' accounts.</summary>
    public required string VisitorAccounts { get; init; }
}
