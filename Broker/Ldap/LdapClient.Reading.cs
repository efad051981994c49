using System.Collections.Immutable;
using System.Formats.Asn1;
using static VdiBroker.Ldap.LibLdap;

namespace VdiBroker.Ldap;

/// <summary>How a search ended.</summary>
/// <param name="Code">LDAP result code.</param>
/// <param name="Cookie">Where the next page begins; null or empty = there is none.</param>
internal sealed record SearchEnd(int Code, byte[]? Cookie);

internal sealed unsafe partial class LdapClient
{
    private LdapAnswer Answer(nint answer)
    {
        if (ParseResult(_ldap, answer, out var code, out var matched, out var diagnostic, out var referrals, out var controls, free: 1) != Success) throw Gone();
        var read = new LdapAnswer(code, Utf8(diagnostic), ValueOf(controls, PolicyOid));
        Free(matched);
        Free(diagnostic);
        if (referrals != 0) FreeList(referrals);
        FreeControls(controls);
        // Codes below zero are libldap's own: the connection broke before the answer was whole.
        return code >= 0 ? read : throw Gone();
    }

    private void Leave(int message) => _ = Abandon(_ldap, message, null, null);

    private SearchEnd End(nint answer)
    {
        if (ParseResult(_ldap, answer, out var code, out var matched, out var diagnostic, out var referrals, out var controls, free: 1) != Success) throw Gone();
        var page = ValueOf(controls, PagesOid);
        Free(matched);
        Free(diagnostic);
        if (referrals != 0) FreeList(referrals);
        FreeControls(controls);
        return code >= 0 ? new SearchEnd(code, page is null ? null : CookieOf(page)) : throw Gone();
    }

    private byte[] CookieOf(byte[] page)
    {
        try
        {
            var sequence = new AsnReader(page, AsnEncodingRules.BER).ReadSequence();
            _ = sequence.ReadIntegerBytes();
            return sequence.ReadOctetString();
        }
        catch (AsnContentException fault)
        {
            throw new DirectoryOutOfReachException(Outage.Unwilling, $"{Server.Origin} answers with a page that cannot be read", fault);
        }
    }

    private LdapEntry Entry(nint entry)
    {
        var attributes = new Dictionary<string, ImmutableArray<byte[]>>(StringComparer.OrdinalIgnoreCase);
        var dn = GetDn(_ldap, entry);
        var name = dn == null ? throw Gone() : Utf8((nint)dn);
        Free((nint)dn);
        for (var attribute = FirstAttribute(_ldap, entry, out var place); ; attribute = NextAttribute(_ldap, entry, place))
        {
            if (attribute == null)
            {
                if (place != 0) FreeBer(place, 0);
                return new LdapEntry(name, attributes);
            }
            var values = GetValues(_ldap, entry, attribute);
            attributes[Utf8((nint)attribute)] = Copy(values);
            if (values != null) FreeValues(values);
            Free((nint)attribute);
        }
    }

    private static ImmutableArray<byte[]> Copy(Berval** values)
    {
        if (values == null) return [];
        var copied = ImmutableArray.CreateBuilder<byte[]>();
        for (var i = 0; values[i] != null; i++) copied.Add(values[i]->Span.ToArray());
        return copied.DrainToImmutable();
    }

    private static byte[]? ValueOf(Control** controls, string oid)
    {
        for (var i = 0; controls != null && controls[i] != null; i++)
            if (Utf8((nint)controls[i]->Oid) == oid) return controls[i]->Value.Span.ToArray();
        return null;
    }
}
