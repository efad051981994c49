using System.Reflection;
using System.Runtime.InteropServices;

namespace VdiBroker.Ldap;

/// <summary>
/// The calls of libldap (OpenLDAP 2.5 and later) that this room uses, as ldap.h declares them. Nothing clever here: pointers are as C has them, and
/// <see cref="LdapClient"/> owns and frees what they point to.
/// </summary>
internal static unsafe partial class LibLdap
{
    public const int Tcp = 1;
    public const int Success = 0;
    public const int ServerDown = -1;
    public const int TimedOut = -5;

    public const int OptionReferrals = 0x0008;
    public const int OptionRestart = 0x0009;
    public const int OptionProtocolVersion = 0x0011;
    public const int OptionResultCode = 0x0031;
    public const int OptionSocketBuffer = 0x5008;
    public const int OptionTlsCaFile = 0x6002;
    public const int OptionTlsCertificateFile = 0x6004;
    public const int OptionTlsKeyFile = 0x6005;
    public const int OptionTlsRequireCertificate = 0x6006;
    public const int OptionTlsMinimum = 0x6007;
    public const int OptionTlsNewContext = 0x600f;
    public const int OptionTlsPeerCertificate = 0x6015;
    public const int SetMaxIncoming = 14;
    public const int TlsDemand = 2;
    public const int Tls12 = 0x303;

    public const int OneMessage = 0;
    public const int MessageEntry = 0x64;
    public const int MessageSearchDone = 0x65;
    public const int MessageReference = 0x73;

    public const int ModifyAdd = 0;
    public const int ModifyDelete = 1;
    public const int ModifyOctets = 0x80;

    private const string Library = "ldap";
    private const string BerLibrary = "lber";

    // Debian 12 has 2.5 and 13 has 2.6, each by its own name; a plain name comes with the development package only.
    private static readonly string[] _endings = ["-2.5.so.0", ".so.2", "-2.6.so.0", ".so"];

    static LibLdap() => NativeLibrary.SetDllImportResolver(typeof(LibLdap).Assembly, Find);

    private static nint Find(string library, Assembly assembly, DllImportSearchPath? path)
    {
        if (library is not (Library or BerLibrary)) return 0;
        foreach (var ending in _endings)
            if (NativeLibrary.TryLoad($"lib{library}{ending}", assembly, path, out var handle)) return handle;
        throw new DllNotFoundException($"lib{library} is not on this machine: install Debian's package libldap-2.5-0 (or libldap2)");
    }

    /// <summary>Octets with their length.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Berval
    {
        public nuint Length;
        public byte* Octets;

        public readonly ReadOnlySpan<byte> Span => Octets == null ? [] : new ReadOnlySpan<byte>(Octets, checked((int)Length));
    }

    /// <summary>C's <c>timeval</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public readonly struct TimeLimit
    {
        private readonly nint _seconds;
        private readonly nint _microseconds;
    }

    /// <summary>No wait at all.</summary>
    public static readonly TimeLimit AtOnce;

    /// <summary>A control of a request or an answer.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Control
    {
        public byte* Oid;
        public Berval Value;
        public byte IsCritical;
    }

    /// <summary>One change of one attribute.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Modification
    {
        public int Operation;
        public byte* Attribute;
        public Berval** Values;
    }

    [LibraryImport(Library, EntryPoint = "ldap_init_fd", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int InitFd(int socket, int protocol, string url, out nint ldap);

    [LibraryImport(Library, EntryPoint = "ldap_set_option")]
    public static partial int SetOption(nint ldap, int option, ref int value);

    [LibraryImport(Library, EntryPoint = "ldap_set_option")]
    public static partial int SetOption(nint ldap, int option, nint value);

    [LibraryImport(Library, EntryPoint = "ldap_set_option", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SetOption(nint ldap, int option, string value);

    [LibraryImport(Library, EntryPoint = "ldap_get_option")]
    public static partial int GetOption(nint ldap, int option, out int value);

    [LibraryImport(Library, EntryPoint = "ldap_get_option")]
    public static partial int GetOption(nint ldap, int option, out Berval value);

    [LibraryImport(Library, EntryPoint = "ldap_get_option")]
    public static partial int GetOption(nint ldap, int option, out nint value);

    [LibraryImport(Library, EntryPoint = "ldap_install_tls")]
    public static partial int InstallTls(nint ldap);

    [LibraryImport(Library, EntryPoint = "ldap_start_tls_s")]
    public static partial int StartTls(nint ldap, Control** server, Control** client);

    [LibraryImport(Library, EntryPoint = "ldap_sasl_bind")]
    public static partial int Bind(nint ldap, byte* dn, byte* mechanism, Berval* credentials, Control** server, Control** client, out int message);

    [LibraryImport(Library, EntryPoint = "ldap_search_ext")]
    public static partial int Search(
        nint ldap, byte* under, int scope, byte* filter, byte** attributes, int typesOnly, Control** server, Control** client, nint timeout, int sizeLimit, out int message);

    [LibraryImport(Library, EntryPoint = "ldap_modify_ext")]
    public static partial int Modify(nint ldap, byte* dn, Modification** changes, Control** server, Control** client, out int message);

    [LibraryImport(Library, EntryPoint = "ldap_passwd")]
    public static partial int ChangePassword(nint ldap, Berval* user, Berval* old, Berval* wanted, Control** server, Control** client, out int message);

    [LibraryImport(Library, EntryPoint = "ldap_result")]
    public static partial int TakeResult(nint ldap, int message, int all, in TimeLimit limit, out nint result);

    [LibraryImport(Library, EntryPoint = "ldap_abandon_ext")]
    public static partial int Abandon(nint ldap, int message, Control** server, Control** client);

    [LibraryImport(Library, EntryPoint = "ldap_parse_result")]
    public static partial int ParseResult(
        nint ldap, nint result, out int code, out nint matched, out nint diagnostic, out nint referrals, out Control** controls, int free);

    [LibraryImport(Library, EntryPoint = "ldap_get_dn")]
    public static partial byte* GetDn(nint ldap, nint entry);

    [LibraryImport(Library, EntryPoint = "ldap_first_attribute")]
    public static partial byte* FirstAttribute(nint ldap, nint entry, out nint place);

    [LibraryImport(Library, EntryPoint = "ldap_next_attribute")]
    public static partial byte* NextAttribute(nint ldap, nint entry, nint place);

    [LibraryImport(Library, EntryPoint = "ldap_get_values_len")]
    public static partial Berval** GetValues(nint ldap, nint entry, byte* attribute);

    [LibraryImport(Library, EntryPoint = "ldap_value_free_len")]
    public static partial void FreeValues(Berval** values);

    [LibraryImport(Library, EntryPoint = "ldap_memfree")]
    public static partial void Free(nint memory);

    [LibraryImport(Library, EntryPoint = "ldap_memvfree")]
    public static partial void FreeList(nint memory);

    [LibraryImport(Library, EntryPoint = "ldap_controls_free")]
    public static partial void FreeControls(Control** controls);

    [LibraryImport(Library, EntryPoint = "ldap_msgfree")]
    public static partial int FreeMessage(nint message);

    [LibraryImport(Library, EntryPoint = "ldap_unbind_ext")]
    public static partial int Unbind(nint ldap, Control** server, Control** client);

    [LibraryImport(BerLibrary, EntryPoint = "ber_sockbuf_ctrl")]
    public static partial int ControlSocketBuffer(nint buffer, int option, in nint value);

    [LibraryImport(BerLibrary, EntryPoint = "ber_free")]
    public static partial void FreeBer(nint place, int freeBuffer);
}
