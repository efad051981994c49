using System.Runtime.InteropServices;
using System.Text;

namespace VdiBroker.Bench;

/// <summary>The raw limit: a thread with one kept LDAPS connection that does nothing but bind or search, straight over libldap.</summary>
internal sealed unsafe partial class RawLdap : IDisposable
{
    private const string Library = "libldap-2.5.so.0";
    private readonly nint _ldap;

    public RawLdap(string uri, string caFile)
    {
        Require(Initialize(out _ldap, uri));
        var (version, demand, client) = (3, 2, 0);
        Require(SetOption(_ldap, 0x0011, ref version));
        Require(SetOption(_ldap, 0x6006, ref demand));
        Require(SetOption(_ldap, 0x6002, caFile));
        Require(SetOption(_ldap, 0x600f, ref client));
    }

    /// <summary>One bind; anything but success ends the measurement.</summary>
    public void Bind(string dn, string password)
    {
        var secret = Encoding.UTF8.GetBytes(password);
        fixed (byte* octets = secret)
        {
            var credentials = new Berval { Length = (nuint)secret.Length, Octets = octets };
            Require(BindAndWait(_ldap, dn, null, &credentials, 0, 0, 0));
        }
    }

    /// <summary>One search for the groups that a person stands in, names only; anything but success ends the measurement.</summary>
    public void SearchGroups(string under, string member)
    {
        fixed (byte* name = "cn\0"u8)
        {
            var attributes = stackalloc byte*[] { name, null };
            Require(SearchAndWait(_ldap, under, 2, $"(member={member})", attributes, 0, 0, 0, 0, 0, out var answer));
            if (answer != 0) _ = FreeMessage(answer);
        }
    }

    public void Dispose() => _ = Unbind(_ldap, 0, 0);

    private static void Require(int result)
    {
        if (result != 0) throw new InvalidOperationException($"libldap answers with {result}");
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Berval
    {
        public nuint Length;
        public byte* Octets;
    }

    [LibraryImport(Library, EntryPoint = "ldap_initialize", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Initialize(out nint ldap, string uri);

    [LibraryImport(Library, EntryPoint = "ldap_set_option")]
    private static partial int SetOption(nint ldap, int option, ref int value);

    [LibraryImport(Library, EntryPoint = "ldap_set_option", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetOption(nint ldap, int option, string value);

    [LibraryImport(Library, EntryPoint = "ldap_sasl_bind_s", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int BindAndWait(nint ldap, string dn, string? mechanism, Berval* credentials, nint server, nint client, nint answer);

    [LibraryImport(Library, EntryPoint = "ldap_search_ext_s", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SearchAndWait(
        nint ldap, string under, int scope, string filter, byte** attributes, int typesOnly, nint server, nint client, nint timeout, int limit, out nint answer);

    [LibraryImport(Library, EntryPoint = "ldap_msgfree")]
    private static partial int FreeMessage(nint message);

    [LibraryImport(Library, EntryPoint = "ldap_unbind_ext")]
    private static partial int Unbind(nint ldap, nint server, nint client);
}
