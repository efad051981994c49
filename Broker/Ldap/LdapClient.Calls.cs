using System.Collections.Immutable;
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

    /// <summary>Entries for each page, below the smallest limit in use (OpenLDAP's 500; Active Directory's page is 1,000).</summary>
    public const int UsualPage = 400;

    private static readonly byte[] _policyOid = Text(PolicyOid);

    /// <summary>Checks a password by a simple bind. The connection acts as this account from then on, as nobody after a refusal.</summary>
    /// <returns>The server's answer, whatever its code; 0 = taken.</returns>
    /// <exception cref="ArgumentException">The password is empty or holds NUL: a bind without one succeeds as nobody on some servers (RFC 4513, 5.1.2).</exception>
    /// <exception cref="DirectoryOutOfReachException">There was no answer.</exception>
    public LdapAnswer Bind(string dn, string password)
    {
        if (password.Length == 0 || password.Contains('\0', StringComparison.Ordinal)) throw new ArgumentException("no password", nameof(password));
        return Call(() =>
        {
            var secret = Encoding.UTF8.GetBytes(password);
            try
            {
                fixed (byte* name = Text(dn), octets = secret, oid = _policyOid)
                {
                    var credentials = new Berval { Length = (nuint)secret.Length, Octets = octets };
                    var policy = new Control { Oid = oid };
                    var controls = stackalloc Control*[] { &policy, null };
                    return Answer(LibLdap.Bind(_ldap, name, null, &credentials, controls, null, out var message), message);
                }
            }
            finally
            {
                CryptographicOperations.ZeroMemory(secret);
            }
        });
    }

    /// <summary>Makes the connection, and shows that the server answers on it, without being anybody.</summary>
    /// <exception cref="DirectoryOutOfReachException">It does not.</exception>
    public void Greet() => Search("", LdapScope.Entry, "(objectClass=*)", 1, "1.1");

    /// <summary>Searches.</summary>
    /// <param name="under">DN of the base.</param>
    /// <param name="scope">How far below it.</param>
    /// <param name="filter">RFC 4515, values escaped.</param>
    /// <param name="limit">The most entries wanted; 0 = as many as the server gives.</param>
    /// <param name="attributes">Those wanted; none = all of the user's.</param>
    /// <exception cref="DirectoryOutOfReachException">The search could not be made, or not completely.</exception>
    public LdapFound Search(string under, LdapScope scope, string filter, int limit, params string[] attributes) => Call(() =>
    {
        var (entries, end, references) = Read(under, scope, filter, limit, attributes, null);
        var more = limit > 0 && end.Code == LdapResult.SizeLimit;
        return end.Code == LdapResult.Success || more ? new LdapFound(entries, more, references) : throw Unwilling(end.Code);
    });

    /// <summary>Searches a branch that may hold more than the server gives at once (RFC 2696), page by page.</summary>
    /// <param name="under">DN of the base.</param>
    /// <param name="filter">RFC 4515, values escaped.</param>
    /// <param name="pageSize">Entries for each page, 1 to 10,000.</param>
    /// <param name="attributes">Those wanted; none = all of the user's.</param>
    /// <exception cref="DirectoryOutOfReachException">The search could not be made, or not completely; pages may have come before.</exception>
    public IEnumerable<ImmutableArray<LdapEntry>> SearchPages(string under, string filter, int pageSize, params string[] attributes)
    {
        for (byte[] cookie = []; ;)
        {
            var page = Page(pageSize, cookie);
            var (entries, end, _) = Call(() =>
            {
                var read = Read(under, LdapScope.Branch, filter, 0, attributes, page);
                return read.End.Code == LdapResult.Success ? read : throw Unwilling(read.End.Code);
            });
            yield return entries;
            if (end.Cookie is not { Length: > 0 } next) yield break;
            if (entries.IsEmpty && next.AsSpan().SequenceEqual(cookie)) throw new DirectoryOutOfReachException(Outage.Unwilling, $"{Server.Origin} gives the same page for ever");
            cookie = next;
        }
    }

    /// <summary>Changes a password by the extended operation (RFC 3062), as the account that the connection is bound as.</summary>
    /// <returns>The server's answer, whatever its code; 0 = changed.</returns>
    /// <exception cref="DirectoryOutOfReachException">There was no answer: it may have been changed or not.</exception>
    public LdapAnswer ChangePassword(string dn, string oldPassword, string newPassword) => Call(() =>
    {
        byte[] user = Encoding.UTF8.GetBytes(dn), old = Encoding.UTF8.GetBytes(oldPassword), wanted = Encoding.UTF8.GetBytes(newPassword);
        try
        {
            fixed (byte* userAt = user, oldAt = old, wantedAt = wanted, oid = _policyOid)
            {
                var (who, was, becomes) = (At(user, userAt), At(old, oldAt), At(wanted, wantedAt));
                var policy = new Control { Oid = oid };
                var controls = stackalloc Control*[] { &policy, null };
                return Answer(LibLdap.ChangePassword(_ldap, &who, &was, &becomes, controls, null, out var message), message);
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(old);
            CryptographicOperations.ZeroMemory(wanted);
        }
    });

    /// <summary>
    /// Changes a password as Active Directory has it (MS-ADTS 3.1.1.3.1.5): the old value of <c>unicodePwd</c> deleted and the new one added in one
    /// modification, both in quotes and UTF-16. The connection's account needs no right to it beyond knowing the old one.
    /// </summary>
    /// <returns>The server's answer, whatever its code; 0 = changed.</returns>
    /// <exception cref="DirectoryOutOfReachException">There was no answer: it may have been changed or not.</exception>
    public LdapAnswer ChangeUnicodePassword(string dn, string oldPassword, string newPassword) => Call(() =>
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
                return Answer(Modify(_ldap, name, changes, null, null, out var message), message);
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(old);
            CryptographicOperations.ZeroMemory(wanted);
        }
    });

    private (ImmutableArray<LdapEntry> Entries, SearchEnd End, int References) Read(
        string under, LdapScope scope, string filter, int limit, string[] attributes, byte[]? page)
    {
        var names = new nint[attributes.Length + 1];
        try
        {
            for (var i = 0; i < attributes.Length; i++) names[i] = Marshal.StringToCoTaskMemUTF8(attributes[i]);
            fixed (byte* baseAt = Text(under), filterAt = Text(filter), oid = Text(PagesOid), pageAt = page)
            fixed (nint* namesAt = names)
            {
                var control = new Control { Oid = oid, Value = new Berval { Length = (nuint)(page?.Length ?? 0), Octets = pageAt } };
                var controls = stackalloc Control*[] { &control, null };
                var sent = LibLdap.Search(_ldap, baseAt, (int)scope, filterAt, attributes.Length == 0 ? null : (byte**)namesAt, 0, page is null ? null : controls, null, 0, limit, out var message);
                return sent == Success ? ReadAnswers(message, limit) : throw Unsent();
            }
        }
        finally
        {
            foreach (var name in names) Marshal.FreeCoTaskMem(name);
        }
    }

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
