using System.Collections.Immutable;

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

    /// <summary>True: who comes by TLS must show a certificate of the CA of <see cref="Tls"/> (<c>TLSVerifyClient demand</c>).</summary>
    public bool DemandClientCertificate { get; init; }

    /// <summary>True: people's entries carry <c>memberOf</c>, kept by the overlay. False: the directory does not know the attribute.</summary>
    public bool MemberOf { get; init; } = true;

    /// <summary>
    /// How many entries a search gives: at most 500 unless it asks for more, at most 2,000 whatever it asks, with paging (RFC 2696) all.
    /// Null: no limit.
    /// </summary>
    public string? SizeLimit { get; init; } = "size.soft=500 size.hard=2000 size.prtotal=unlimited";

    /// <summary>Password policies beside the city's default; one with the name <c>default</c> takes its place.</summary>
    public ImmutableArray<PasswordPolicy> Policies { get; init; } = [];

    /// <summary>Login → name of their policy. Others have the default.</summary>
    public ImmutableDictionary<string, string> PolicyOf { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>True: <c>ou=elsewhere,ou=people,…</c> is a referral to a server that is not there: a search over people meets it.</summary>
    public bool Referral { get; init; }

    /// <summary>Directories of other suffixes in the same server. The broker's account of the city reads them.</summary>
    public ImmutableArray<SlapdSuffix> Further { get; init; } = [];
}

/// <summary>
/// A directory of another suffix in the same server, with people and groups of another make. Its administrator is <c>cn=admin,suffix</c>,
/// with the city's administrator's password.
/// </summary>
/// <param name="Suffix">Its suffix.</param>
/// <param name="Write">Writes it as LDIF.</param>
public sealed record SlapdSuffix(string Suffix, Action<TextWriter> Write)
{
    /// <summary>Schema files that it needs beyond core, cosine, nis and inetorgperson.</summary>
    public ImmutableArray<string> Schemas { get; init; } = [];

    /// <summary>Object class of the groups whose <c>member</c> the memberof overlay mirrors; null: no overlay, and no memberOf.</summary>
    public string? MemberOfClass { get; init; }

    /// <summary>A database that was loaded before: used where it is, by one server at a time. Null: it is loaded now.</summary>
    public string? LoadedFolder { get; init; }
}
