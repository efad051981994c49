using System.Text;
using VdiBroker.City.Processes;

namespace VdiBroker.City.Directory;

/// <summary>
/// The programs of ldap-utils against one server over TLS (StartTLS where the address is <c>ldap://</c>). Their exit status is the LDAP
/// result code (that of ldappasswd is 1), their error output names the server's diagnostic. Passwords go by file.
/// </summary>
/// <param name="Uri">The server: <c>ldaps://…</c> or <c>ldap://…</c>.</param>
/// <param name="CaFile">The CA that signed its certificate.</param>
public sealed record LdapTools(string Uri, string CaFile)
{
    /// <summary>Binds and reads the root entry of the server: 0 when the bind was right. The ppolicy control is asked for.</summary>
    public Task<ToolAnswer> BindAsync(string name, string password, CancellationToken cancel = default) =>
        RunAsync("ldapsearch", name, password, null, ["-LLL", "-e", "ppolicy", "-s", "base", "-b", "", "1.1"], cancel);

    /// <summary>Searches below <paramref name="under"/>; the output is LDIF with unwrapped lines.</summary>
    public Task<ToolAnswer> SearchAsync(string name, string password, string under, string filter, params string[] attributes) =>
        RunAsync("ldapsearch", name, password, null, ["-LLL", "-o", "ldif-wrap=no", "-b", under, filter, .. attributes]);

    /// <summary>Adds and changes entries; a record without <c>changetype</c> is added.</summary>
    public Task<ToolAnswer> ApplyAsync(string name, string password, string ldif, CancellationToken cancel = default) =>
        RunAsync("ldapmodify", name, password, ldif, ["-a"], cancel);

    /// <summary>Runs one of them.</summary>
    /// <param name="tool">Its name: <c>ldapsearch</c>, <c>ldapmodify</c>, <c>ldappasswd</c>, …</param>
    /// <param name="name">Who binds: a DN, or another name that the server takes.</param>
    /// <param name="password">Their password.</param>
    /// <param name="input">Its standard input.</param>
    /// <param name="arguments">What follows the server and the bind.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task<ToolAnswer> RunAsync(string tool, string name, string password, string? input, string[] arguments, CancellationToken cancel = default)
    {
        var file = Path.GetTempFileName(); // the owner's alone
        try
        {
            await File.WriteAllTextAsync(file, password, cancel);
            string[] secured = Uri.StartsWith("ldap://", StringComparison.Ordinal) ? ["-ZZ"] : [];
            return await Tool.RunAsync(tool, ["-x", "-H", Uri, .. secured, "-D", name, "-y", file, .. arguments], input,
                new Dictionary<string, string> { ["LDAPTLS_CACERT"] = CaFile }, cancel: cancel);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>One record of LDIF; values that are not plain are written in base64.</summary>
    /// <param name="dn">Its name.</param>
    /// <param name="lines"><c>attribute: value</c>, or <c>attribute:: base64</c> as it is.</param>
    internal static string Record(string dn, params string[] lines) =>
        string.Concat(((string[])[$"dn: {dn}", .. lines]).Select(line => Ascii.IsValid(line) ? $"{line}\n" : Encoded(line))) + "\n";

    private static string Encoded(string line)
    {
        var (name, value) = (line.Split(": ", 2)[0], line.Split(": ", 2)[1]);
        return $"{name}:: {Convert.ToBase64String(Encoding.UTF8.GetBytes(value))}\n";
    }
}
