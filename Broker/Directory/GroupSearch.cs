using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using VdiBroker.Ldap;

namespace VdiBroker.Directory;

/// <summary>The searches for groups. Each is made on one connection, within one call of <see cref="LdapService"/>.</summary>
internal sealed class GroupSearch(GroupsOptions groups)
{
    private readonly string[] _names = [.. groups.Name];

    /// <summary>The groups that name a person as a member.</summary>
    public ImmutableArray<GroupEntry> Of(LdapClient client, PersonEntry person)
    {
        var ways = groups.Members.Select(attribute => LdapFilter.Is(attribute, person.Dn))
            .Concat(groups.MemberUids.SelectMany(attribute => ((string[])[person.Login, person.Account]).Distinct(StringComparer.Ordinal).Select(login => LdapFilter.Is(attribute, login))));
        if (person.PrimaryGroup is { } primary) ways = ways.Append($"(objectSid={Octets(primary)})");
        return All(client, AnyOf(ways));
    }

    /// <summary>
    /// For each group the groups that name it as a member. Several are asked about in one search that only says whether there is any: for
    /// most there is none, and that one search was all. Where there is, the half is asked, and so on: whose parent it is would else take the
    /// parents' lists of members, which may be thousands of DNs long.
    /// </summary>
    public ParentsOf ParentsOf(LdapClient client, ReadOnlySpan<GroupEntry> children)
    {
        var found = new ParentsOf();
        Read(client, children, found);
        return found;
    }

    /// <summary>
    /// Of groups that a person's entry lists, those that are there and have no list of members of their own: their members are made by a
    /// rule, or may not be read. One that has such a list without the person in it is a thing of the past.
    /// </summary>
    public ImmutableArray<GroupEntry> Unlisted(LdapClient client, IEnumerable<string> places)
    {
        var lists = $"(|{string.Concat(groups.Members.Select(attribute => $"({attribute}=*)"))})";
        var found = ImmutableArray.CreateBuilder<GroupEntry>();
        foreach (var dn in places)
        {
            try
            {
                if (!groups.Members.IsEmpty && client.Search(dn, LdapScope.Entry, lists, 0, "1.1").Entries is not []) continue;
                found.AddRange(client.Search(dn, LdapScope.Entry, groups.Filter ?? "(objectClass=*)", 0, _names).Entries.Select(Group).OfType<GroupEntry>());
            }
            catch (DirectoryOutOfReachException absent) when (absent.Code is 32 or 34 or 10)
            {
                // listed, and not there for the broker
            }
        }
        return found.ToImmutable();
    }

    private void Read(LdapClient client, ReadOnlySpan<GroupEntry> children, ParentsOf found)
    {
        if (children.IsEmpty) return;
        var ways = new List<string>();
        foreach (var child in children) ways.AddRange(groups.Members.Select(attribute => LdapFilter.Is(attribute, child.Dn)));
        if (groups.Members.IsEmpty || (children.Length > 1 && IsNone(client, AnyOf(ways))))
        {
            foreach (var child in children) found[child.Place] = [];
        }
        else if (children.Length == 1) found[children[0].Place] = All(client, AnyOf(ways));
        else
        {
            var half = children.Length / 2;
            Read(client, children[..half], found);
            Read(client, children[half..], found);
        }
    }

    private bool IsNone(LdapClient client, string filter)
    {
        var found = client.Search(groups.Base, LdapScope.Branch, filter, 1, "1.1");
        return found.Entries.IsEmpty && !found.More;
    }

    private ImmutableArray<GroupEntry> All(LdapClient client, string filter) =>
        [.. client.SearchPages(groups.Base, filter, LdapClient.UsualPage, _names).SelectMany(page => page).Select(Group).OfType<GroupEntry>()];

    private string AnyOf(IEnumerable<string> ways) => groups.Filter is { } own ? $"(&{own}(|{string.Concat(ways)}))" : $"(|{string.Concat(ways)})";

    private GroupEntry? Group(LdapEntry entry)
    {
        // Not shortened: two names must not become one.
        var name = groups.Name.Select(entry.Text).OfType<string>().Select(text => TextForms.Clean(text, int.MaxValue)).FirstOrDefault(text => text.Length > 0);
        return name is not null && DistinguishedName.Parse(entry.Dn) is { } place ? new GroupEntry(entry.Dn, place, name) : null;
    }

    private static string Octets(byte[] octets) =>
        octets.Aggregate(new StringBuilder(octets.Length * 3), (text, octet) => text.Append(CultureInfo.InvariantCulture, $"\\{octet:x2}")).ToString();
}
