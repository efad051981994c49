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
    public Task<ImmutableArray<GroupEntry>> OfAsync(LdapClient client, PersonEntry person)
    {
        var ways = groups.Members.Select(attribute => LdapFilter.Is(attribute, person.Dn))
            .Concat(groups.MemberUids.SelectMany(attribute => ((string[])[person.Login, person.Account]).Distinct(StringComparer.Ordinal).Select(login => LdapFilter.Is(attribute, login))));
        if (person.PrimaryGroup is { } primary) ways = ways.Append($"(objectSid={Octets(primary)})");
        return AllAsync(client, AnyOf(ways));
    }

    /// <summary>
    /// For each group the groups that name it as a member. Several are asked about in one search that only says whether there is any: for
    /// most there is none, and that one search was all. Where there is, the half is asked, and so on: whose parent it is would else take the
    /// parents' lists of members, which may be thousands of DNs long.
    /// </summary>
    public async Task<ParentsOf> ParentsOfAsync(LdapClient client, ReadOnlyMemory<GroupEntry> children)
    {
        var found = new ParentsOf();
        await ReadAsync(client, children, found);
        return found;
    }

    /// <summary>
    /// Of groups that a person's entry lists, those that are there and have no list of members of their own: their members are made by a
    /// rule, or may not be read. One that has such a list without the person in it is a thing of the past.
    /// </summary>
    public async Task<ImmutableArray<GroupEntry>> UnlistedAsync(LdapClient client, IEnumerable<string> places)
    {
        var lists = $"(|{string.Concat(groups.Members.Select(attribute => $"({attribute}=*)"))})";
        var found = ImmutableArray.CreateBuilder<GroupEntry>();
        foreach (var dn in places)
        {
            try
            {
                if (!groups.Members.IsEmpty && (await client.SearchAsync(dn, LdapScope.Entry, lists, 0, "1.1")).Entries is not []) continue;
                found.AddRange((await client.SearchAsync(dn, LdapScope.Entry, groups.Filter ?? "(objectClass=*)", 0, _names)).Entries.Select(Group).OfType<GroupEntry>());
            }
            catch (DirectoryOutOfReachException absent) when (absent.Code is 32 or 34 or 10)
            {
                // listed, and not there for the broker
            }
        }
        return found.ToImmutable();
    }

    private async Task ReadAsync(LdapClient client, ReadOnlyMemory<GroupEntry> children, ParentsOf found)
    {
        if (children.IsEmpty) return;
        var ways = new List<string>();
        foreach (var child in children.Span) ways.AddRange(groups.Members.Select(attribute => LdapFilter.Is(attribute, child.Dn)));
        if (groups.Members.IsEmpty || (children.Length > 1 && await IsNoneAsync(client, AnyOf(ways))))
        {
            foreach (var child in children.Span) found[child.Place] = [];
        }
        else if (children.Length == 1) found[children.Span[0].Place] = await AllAsync(client, AnyOf(ways));
        else
        {
            var half = children.Length / 2;
            await ReadAsync(client, children[..half], found);
            await ReadAsync(client, children[half..], found);
        }
    }

    private async Task<bool> IsNoneAsync(LdapClient client, string filter)
    {
        var found = await client.SearchAsync(groups.Base, LdapScope.Branch, filter, 1, "1.1");
        return found.Entries.IsEmpty && !found.More;
    }

    private async Task<ImmutableArray<GroupEntry>> AllAsync(LdapClient client, string filter)
    {
        var found = ImmutableArray.CreateBuilder<GroupEntry>();
        await foreach (var page in client.PagesAsync(groups.Base, filter, LdapClient.UsualPage, _names)) found.AddRange(page.Select(Group).OfType<GroupEntry>());
        return found.DrainToImmutable();
    }

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
