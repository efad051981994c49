using System.Globalization;
using System.Runtime.InteropServices;

namespace VdiBroker.Directory;

// The options of libldap that the package does not offer, on the handle that it made: trust and time limits belong to one connection, not
// to the process, so that two directories never share a CA or a deadline. Names and numbers: ldap.h of OpenLDAP 2.5.
internal sealed partial class LdapClient
{
    private const string Library = "libldap-2.5.so.0";
    private const int ResultTimeout = -5;
    private const int ResultNoSuchObject = 32;
    private const int ResultInvalidDn = 34;
    private const int ResultInappropriate = 48;
    private const int ResultInvalidCredentials = 49;

    private const int OptionDescriptor = 0x0001;
    private const int OptionResultCode = 0x0031;
    private const int OptionNetworkTimeout = 0x5005;
    private const int OptionTlsCaFile = 0x6002;
    private const int OptionTlsRequireCertificate = 0x6006;
    private const int OptionTlsMinimum = 0x6007;
    private const int OptionTlsNewContext = 0x600f;
    private const int TlsDemand = 2;
    private const int Tls12 = 0x303;
    private const int ShutBoth = 2;

    private void SetUpTransport()
    {
        var handle = _handle.DangerousGetHandle();
        var microseconds = (long)_deadline.TotalMicroseconds;
        var connect = new TimeValue { Seconds = microseconds / 1_000_000, Microseconds = microseconds % 1_000_000 };
        var client = 0;
        var (demand, minimum) = (TlsDemand, Tls12);
        Check(SetOption(handle, OptionNetworkTimeout, in connect), "connect time limit");
        Check(SetOption(handle, OptionTlsRequireCertificate, ref demand), "certificate check");
        Check(SetOption(handle, OptionTlsMinimum, ref minimum), "TLS version");
        Check(SetOption(handle, OptionTlsCaFile, _caFile), "CA file");
        // Takes the settings above into a context of this connection's own; reads the CA file.
        if (SetOption(handle, OptionTlsNewContext, ref client) != 0)
            throw new DirectoryOutOfReachException(Outage.Lost, $"{Origin}: the CA file {_caFile} cannot be read");
    }

    private int LastResult()
    {
        var code = 0;
        return GetOption(_handle.DangerousGetHandle(), OptionResultCode, ref code) == 0 ? code : -1;
    }

    private static void Check(int result, string what)
    {
        if (result != 0) throw new NotSupportedException(string.Create(CultureInfo.InvariantCulture, $"libldap does not take the {what} (result {result})"));
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeValue
    {
        public long Seconds;
        public long Microseconds;
    }

    [LibraryImport(Library, EntryPoint = "ldap_set_option")]
    private static partial int SetOption(nint handle, int option, in TimeValue value);

    [LibraryImport(Library, EntryPoint = "ldap_set_option")]
    private static partial int SetOption(nint handle, int option, ref int value);

    [LibraryImport(Library, EntryPoint = "ldap_set_option", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetOption(nint handle, int option, string value);

    [LibraryImport(Library, EntryPoint = "ldap_get_option")]
    private static partial int GetOption(nint handle, int option, ref int value);

    [LibraryImport("libc", EntryPoint = "shutdown")]
    private static partial int Shutdown(int socket, int how);
}
