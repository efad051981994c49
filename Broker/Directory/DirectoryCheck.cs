using System.Collections.Immutable;
using VdiBroker.Checks;
using VdiBroker.Kernel;
using VdiBroker.Ldap;

namespace VdiBroker.Directory;

/// <summary>A rule of the city file that names a group.</summary>
/// <param name="Tenant">Whose group.</param>
/// <param name="Group">Its name.</param>
/// <param name="Where">Where the rule stands.</param>
internal sealed record GroupRule(TenantId Tenant, string Group, string Where);

/// <summary>Tries one directory: every server, the broker's account and what it may read, bases, people, logins, and each group that a rule names.</summary>
internal sealed class DirectoryCheck(DirectoryOptions options, ImmutableArray<TenantBranch> tenants, ImmutableArray<GroupRule> rules)
{
    private readonly string _what = $"directory {options.Id}";
    private readonly TenantBranches _branches = TenantBranches.Make(tenants, options.People.Base, options.Groups.Base);

    /// <summary>All findings.</summary>
    public async IAsyncEnumerable<CheckFinding> RunAsync(DateTimeOffset now)
    {
        var contentTried = false;
        foreach (var server in options.Service.Servers)
        {
            var (reached, client) = await LdapServerCheck.RunAsync(options.Service, server, now);
            foreach (var finding in reached) yield return finding;
            if (client is null) continue;
            using (client)
            {
                await foreach (var finding in TryAsync(client, contentTried ? BasesAsync : ContentAsync)) yield return finding;
                contentTried = true;
            }
        }
    }

    // What was found until a search failed, and that it failed.
    private async IAsyncEnumerable<CheckFinding> TryAsync(LdapClient client, Func<LdapClient, IAsyncEnumerable<CheckFinding>> search)
    {
        await using var findings = search(client).GetAsyncEnumerator();
        while (true)
        {
            CheckFinding next;
            try
            {
                if (!await findings.MoveNextAsync()) yield break;
                next = findings.Current;
            }
            catch (DirectoryOutOfReachException fault)
            {
                next = CheckFinding.Bad(_what, client.Server.Origin, fault.Message, "people of this directory cannot sign in by this server while it answers so");
            }
            yield return next;
            if (next.Verdict == CheckVerdict.Bad && next.Where == client.Server.Origin) yield break;
        }
    }

    private async IAsyncEnumerable<CheckFinding> BasesAsync(LdapClient client)
    {
        var named = options.Views.Values.SelectMany(view => (string[])[view.People.Base, view.Groups.Base]).Concat([options.People.Base, options.Groups.Base])
            .Concat(tenants.Select(tenant => tenant.PeopleUnder)).Concat(tenants.Select(tenant => tenant.GroupsUnder).OfType<string>());
        foreach (var dn in named.Distinct(StringComparer.OrdinalIgnoreCase))
            if (await BaseAsync(client, dn) is { } missing) yield return missing;
    }

    private async Task<CheckFinding?> BaseAsync(LdapClient client, string dn)
    {
        try
        {
            return (await client.SearchAsync(dn, LdapScope.Entry, "(objectClass=*)", 1, "1.1")).Entries.Length == 1 ? null : Missing();
        }
        catch (DirectoryOutOfReachException fault) when (fault.Outage == Outage.Unwilling)
        {
            return Missing(fault.Message);
        }

        CheckFinding Missing(string? why = null) => CheckFinding.Bad(_what, dn, $"the broker's account sees no such base at {client.Server.Origin}{(why is null ? "" : $": {why}")}",
            "correct the DN in the city file, or let bind_dn read it");
    }

    private async IAsyncEnumerable<CheckFinding> ContentAsync(LdapClient client)
    {
        var complete = true;
        await foreach (var missing in BasesAsync(client))
        {
            complete = false;
            yield return missing;
        }
        if (!complete) yield break;
        var views = tenants.GroupBy(tenant => options.Views.GetValueOrDefault(tenant.Tenant));
        foreach (var alike in views)
        {
            var view = alike.Key ?? new TenantView(options.People, options.Groups);
            await foreach (var finding in PeopleAsync(client, view.People, [.. alike])) yield return finding;
            if (await PasswordsAsync(client, view.People) is { } readable) yield return readable;
            await foreach (var finding in GroupsAsync(client, view.Groups, [.. alike.Select(tenant => tenant.Tenant)])) yield return finding;
        }
    }

    private async IAsyncEnumerable<CheckFinding> PeopleAsync(LdapClient client, PeopleOptions people, TenantBranch[] own)
    {
        var (count, nameless, logins) = (0, 0, new Dictionary<string, int>(StringComparer.Ordinal));
        var byTenant = own.ToDictionary(tenant => tenant.Tenant, _ => 0);
        await foreach (var entry in EntriesAsync(client, people.Base, people.Filter, people.Login))
        {
            count++;
            if (DistinguishedName.Parse(entry.Dn) is { } place)
                foreach (var tenant in _branches.TenantsOf(place).Where(byTenant.ContainsKey)) byTenant[tenant]++;
            if (people.Login.Select(entry.Text).OfType<string>().FirstOrDefault() is { } login) logins[TextForms.Fold(login)] = logins.GetValueOrDefault(TextForms.Fold(login)) + 1;
            else nameless++;
        }
        var where = $"{people.Base} {people.Filter}";
        foreach (var (tenant, number) in byTenant)
        {
            yield return number > 0
                ? CheckFinding.Good(_what, where, $"tenant {tenant} has {number} people")
                : CheckFinding.Bad(_what, where, $"tenant {tenant} has nobody", "look at 'people_under' of the tenant, at base and filter of 'people', and at what bind_dn may read");
        }
        if (nameless > 0)
            yield return CheckFinding.Warning(_what, where, $"{nameless} of {count} people have no {string.Join(" or ", people.Login)}: they cannot sign in", "choose another attribute as 'login', or narrow the filter");
        if (logins.Values.Count(bearers => bearers > 1) is > 0 and var twice)
            yield return CheckFinding.Warning(_what, where, $"{twice} login names are that of several entries: without name@tenant, nobody can sign in by them except at their own tenant's stations",
                "give 'suffixes' to the tenants, or make the names unique");
    }

    private async Task<CheckFinding?> PasswordsAsync(LdapClient client, PeopleOptions people)
    {
        try
        {
            return (await client.SearchAsync(people.Base, LdapScope.Branch, people.Filter, 1, "userPassword")).Entries.Any(entry => entry.Octets("userPassword").Length > 0)
                ? CheckFinding.Warning(_what, options.BindDn ?? "anybody", "the broker's account can read people's password hashes", "take that right away from it: the broker needs none of them")
                : null;
        }
        catch (DirectoryOutOfReachException fault) when (fault.Outage == Outage.Unwilling)
        {
            return null;
        }
    }

    private async IAsyncEnumerable<CheckFinding> GroupsAsync(LdapClient client, GroupsOptions groups, TenantId[] own)
    {
        var filter = groups.Filter ?? $"(|{string.Concat(groups.Members.Concat(groups.MemberUids).Select(attribute => $"({attribute}=*)"))})";
        var names = own.ToDictionary(tenant => tenant, _ => new HashSet<string>(StringComparer.OrdinalIgnoreCase));
        var count = 0;
        await foreach (var entry in EntriesAsync(client, groups.Base, filter, groups.Name))
        {
            count++;
            if (DistinguishedName.Parse(entry.Dn) is not { } place || groups.Name.Select(entry.Text).OfType<string>().FirstOrDefault() is not { } name) continue;
            foreach (var tenant in own.Where(tenant => _branches.Counts(place, tenant))) names[tenant].Add(TextForms.Compose(name));
        }
        var where = $"{groups.Base} {filter}";
        yield return count > 0
            ? CheckFinding.Good(_what, where, $"{count} groups")
            : CheckFinding.Bad(_what, where, "no group is there", "look at base and filter of 'groups', and at what bind_dn may read");
        foreach (var rule in rules.Where(rule => own.Contains(rule.Tenant)))
        {
            yield return names[rule.Tenant].Contains(TextForms.Compose(rule.Group))
                ? CheckFinding.Good(_what, rule.Where, $"group '{rule.Group}' of tenant {rule.Tenant} is there")
                : CheckFinding.Bad(_what, rule.Where, $"there is no group '{rule.Group}' that counts for tenant {rule.Tenant}: the rule is for nobody",
                    Spelling.Nearest(rule.Group, names[rule.Tenant]) is { } close ? $"did you mean '{close}'?" : "look at the name, and at 'groups_under' of the tenant");
        }
    }

    private static async IAsyncEnumerable<LdapEntry> EntriesAsync(LdapClient client, string under, string filter, ImmutableArray<string> wanted)
    {
        await foreach (var page in client.PagesAsync(under, filter, LdapClient.UsualPage, [.. wanted]))
            foreach (var entry in page) yield return entry;
    }
}
