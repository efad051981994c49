namespace VdiBroker.City.Directory;

/// <summary>What a directory server is made of.</summary>
/// <param name="Folder">Its own folder, absolute, empty or absent. It and, below the temp directory, the folder that holds it become searchable (<c>chmod go+x</c>), not readable; those above must be already.</param>
/// <param name="Address">Its loopback IP address.</param>
/// <param name="People">Who is in it.</param>
/// <param name="Tls">Its certificate; copied into the folder.</param>
public sealed record SlapdPlan(string Folder, string Address, Townspeople People, DirectoryTls Tls)
{
    /// <summary>
    /// True: every operation is a line in the log (connections, DNs, results; never passwords). False: none, for benches.
    /// </summary>
    public bool Verbose { get; init; } = true;
}
