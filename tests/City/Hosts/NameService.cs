namespace VdiBroker.City.Hosts;

/// <summary>The directory that tells a session host the names and numbers of accounts (never their passwords).</summary>
/// <param name="Uri">ldaps://address:port.</param>
/// <param name="CaFile">Certificate of the authority that its server's certificate is checked with.</param>
/// <param name="People">Where people are searched.</param>
/// <param name="Groups">Where groups are searched.</param>
/// <param name="BindDn">Service account that may read names.</param>
/// <param name="BindPassword">Its password; written to a file that only root reads.</param>
/// <param name="DnOf">The DN of an account, by its login.</param>
public sealed record NameService(string Uri, string CaFile, string People, string Groups, string BindDn, string BindPassword, Func<string, string> DnOf);
