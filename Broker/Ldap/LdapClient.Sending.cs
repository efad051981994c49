using System.Formats.Asn1;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using static VdiBroker.Ldap.LibLdap;

namespace VdiBroker.Ldap;

internal sealed unsafe partial class LdapClient
{
    private const string PolicyOid = "1.3.6.1.4.1.42.2.27.8.5.1";
    private const string PagesOid = "1.2.840.113556.1.4.319";

    private static readonly byte[] _policyOid = Text(PolicyOid);
    private static readonly byte[] _pagesOid = Text(PagesOid);

    private int SendBind(string dn, string password)
    {
        var secret = Encoding.UTF8.GetBytes(password);
        try
        {
            fixed (byte* name = Text(dn), octets = secret, oid = _policyOid)
            {
                var credentials = new Berval { Length = (nuint)secret.Length, Octets = octets };
                var policy = new Control { Oid = oid };
                var controls = stackalloc Control*[] { &policy, null };
                return Sent(LibLdap.Bind(_ldap, name, null, &credentials, controls, null, out var message), message);
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    private int SendChange(string dn, string oldPassword, string newPassword)
    {
        byte[] user = Encoding.UTF8.GetBytes(dn), old = Encoding.UTF8.GetBytes(oldPassword), wanted = Encoding.UTF8.GetBytes(newPassword);
        try
        {
            fixed (byte* userAt = user, oldAt = old, wantedAt = wanted, oid = _policyOid)
            {
                var (who, was, becomes) = (At(user, userAt), At(old, oldAt), At(wanted, wantedAt));
                var policy = new Control { Oid = oid };
                var controls = stackalloc Control*[] { &policy, null };
                return Sent(LibLdap.ChangePassword(_ldap, &who, &was, &becomes, controls, null, out var message), message);
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(old);
            CryptographicOperations.ZeroMemory(wanted);
        }
    }

    private int SendUnicodeChange(string dn, string oldPassword, string newPassword)
    {
        byte[] old = Encoding.Unicode.GetBytes($"\"{oldPassword}\""), wanted = Encoding.Unicode.GetBytes($"\"{newPassword}\"");
        try
        {
            fixed (byte* name = Text(dn), attribute = Text("unicodePwd"), oldAt = old, wantedAt = wanted)
            {
                var (was, becomes) = (At(old, oldAt), At(wanted, wantedAt));
                var wasList = stackalloc Berval*[] { &was, null };
                var becomesList = stackalloc Berval*[] { &becomes, null };
                var delete = new Modification { Operation = ModifyDelete | ModifyOctets, Attribute = attribute, Values = wasList };
                var add = new Modification { Operation = ModifyAdd | ModifyOctets, Attribute = attribute, Values = becomesList };
                var changes = stackalloc Modification*[] { &delete, &add, null };
                return Sent(Modify(_ldap, name, changes, null, null, out var message), message);
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(old);
            CryptographicOperations.ZeroMemory(wanted);
        }
    }

    private int SendSearch(string under, LdapScope scope, string filter, int limit, string[] attributes, byte[]? page)
    {
        var names = new nint[attributes.Length + 1];
        try
        {
            for (var i = 0; i < attributes.Length; i++) names[i] = Marshal.StringToCoTaskMemUTF8(attributes[i]);
            fixed (byte* baseAt = Text(under), filterAt = Text(filter), oid = _pagesOid, pageAt = page)
            fixed (nint* namesAt = names)
            {
                var control = new Control { Oid = oid, Value = new Berval { Length = (nuint)(page?.Length ?? 0), Octets = pageAt } };
                var controls = stackalloc Control*[] { &control, null };
                return Sent(
                    Search(_ldap, baseAt, (int)scope, filterAt, attributes.Length == 0 ? null : (byte**)namesAt, 0, page is null ? null : controls, null, 0, limit, out var message), message);
            }
        }
        finally
        {
            foreach (var name in names) Marshal.FreeCoTaskMem(name);
        }
    }

    private int Sent(int result, int message) => result == Success ? message : throw Unsent();

    private static byte[] Page(int size, byte[] cookie)
    {
        var writer = new AsnWriter(AsnEncodingRules.BER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(size);
            writer.WriteOctetString(cookie);
        }
        return writer.Encode();
    }

    private DirectoryOutOfReachException Unwilling(int code) => LdapConnector.Unwilling(Server, code);

    // libldap refuses what cannot be sent (a filter that is none) before it touches the connection.
    private DirectoryOutOfReachException Unsent()
    {
        _ = GetOption(_ldap, OptionResultCode, out int code);
        return code is ServerDown or TimedOut or 0
            ? Gone()
            : new DirectoryOutOfReachException(Outage.Unwilling, string.Create(CultureInfo.InvariantCulture, $"{Server.Origin}: libldap does not send the request (result {code}): look at base and filter"));
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text + "\0");

    private static Berval At(byte[] octets, byte* at) => new() { Length = (nuint)octets.Length, Octets = at };
}
