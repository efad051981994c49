namespace VdiBroker.City.Hosts;

/// <summary>One session host of the city.</summary>
/// <param name="Name">Its id in the city file and the name in its certificate.</param>
/// <param name="Address">Its own loopback address.</param>
/// <param name="Seats">Sessions at most, as the city file says.</param>
public sealed record BladePlan(string Name, string Address, int Seats)
{
    /// <summary>TCP port of its RDP server; free because the address is its own.</summary>
    public const int RdpPort = 33890;

    /// <summary>
    /// Set for an office PC that is not the city's to change: login of whose PC it is. No agent runs on it, it knows nothing of tickets, and it lets its owner in with their password of
    /// the directory. Null = a session host.
    /// </summary>
    public string? PcOf { get; init; }
}

/// <summary>What every session host of a city shares.</summary>
/// <param name="Folder">Where each host gets a folder.</param>
/// <param name="Homes">The one folder of people's homes.</param>
/// <param name="Names">The directory for names.</param>
/// <param name="BrokerUri">https://address:port.</param>
/// <param name="Certificates">Who issues its certificates.</param>
/// <param name="Programs">The agent and the host's files.</param>
public sealed record BladeSite(string Folder, string Homes, NameService Names, string BrokerUri, Brokers.CityCertificates Certificates, CityPrograms Programs);
