using System.Collections.Immutable;
using System.Text.RegularExpressions;
using VdiBroker.CityFile;

namespace VdiBroker.Directory;

/// <summary>Reads <c>people</c> and <c>groups</c>, of a directory or of a tenant: what is not said stays as it was.</summary>
internal static partial class ViewSection
{
    private static readonly TimeSpan _shortestAge = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _longestAge = TimeSpan.FromHours(24);

    /// <summary>Reads <c>people</c>; a base must be there when the one given is empty.</summary>
    public static PeopleOptions People(CityMap map, PeopleOptions so)
    {
        var people = so with
        {
            Base = Base(map, so.Base),
            Filter = map.Has("filter") ? Filter(map) : so.Filter,
            Login = Attributes(map, "login", so.Login, mayBeNone: false),
            Name = Attributes(map, "name", so.Name, mayBeNone: false),
            Account = Attribute(map, "account", so.Account),
            MemberOf = Attribute(map, "member_of", so.MemberOf),
            Settings = map.Has("settings") ? Settings(map) : so.Settings,
        };
        _ = map.TextOr("filter", null);
        map.Close();
        return people;
    }

    /// <summary>Reads <c>groups</c>; a base must be there when the one given is empty.</summary>
    public static GroupsOptions Groups(CityMap map, GroupsOptions so)
    {
        var groups = so with
        {
            Base = Base(map, so.Base),
            Filter = map.Has("filter") ? Filter(map) : so.Filter,
            Name = Attributes(map, "name", so.Name, mayBeNone: false),
            Members = Attributes(map, "members", so.Members, mayBeNone: true),
            MemberUids = Attributes(map, "member_uids", so.MemberUids, mayBeNone: true),
            Nested = YesOrNo(map, "nested", so.Nested),
            MaxDepth = map.Number("max_depth", 1, 100, so.MaxDepth),
            MaxCount = map.Number("max_count", 1, 100_000, so.MaxCount),
            MaxAge = map.Time("max_age", so.MaxAge),
        };
        if (groups.MaxAge < _shortestAge || groups.MaxAge > _longestAge) map.Fault("max_age", "'max_age' must be from 1s to 24h");
        if (groups.Members.IsEmpty && groups.MemberUids.IsEmpty) map.Fault("members", "'members' and 'member_uids' are both none: nobody would be in any group");
        _ = map.TextOr("filter", null);
        map.Close();
        return groups;
    }

    /// <summary>Reads a DN that must be there.</summary>
    public static string Dn(CityMap map, string key)
    {
        var text = map.Text(key);
        if (text.Length > 0 && DistinguishedName.Parse(text) is null) map.Fault(key, $"'{key}: {text}' is not a DN such as ou=people,dc=city,dc=example");
        return text;
    }

    private static string Base(CityMap map, string otherwise) => map.Has("base") || otherwise.Length == 0 ? Dn(map, "base") : map.TextOr("base", otherwise)!;

    private static string Filter(CityMap map)
    {
        var text = map.Text("filter");
        var depth = 0;
        var closedEarly = false;
        foreach (var (c, index) in text.Select((c, index) => (c, index)))
        {
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            closedEarly |= depth <= 0 && index < text.Length - 1;
        }
        if (!text.StartsWith('(') || depth != 0 || closedEarly) map.Fault("filter", $"'filter: {text}' is not a filter such as (objectClass=inetOrgPerson): its brackets do not match");
        return text;
    }

    private static ImmutableArray<string> Attributes(CityMap map, string key, ImmutableArray<string> otherwise, bool mayBeNone)
    {
        var has = map.Has(key);
        var named = map.Texts(key, mayBeMissing: true);
        if (!has || (named.Count == 0 && !mayBeNone)) return otherwise;
        return named is ["none"] && mayBeNone ? [] : [.. named.Select(name => Checked(map, key, name))];
    }

    private static string? Attribute(CityMap map, string key, string? otherwise) => map.TextOr(key, null) switch
    {
        null => otherwise,
        "none" => null,
        var name => Checked(map, key, name),
    };

    private static string Checked(CityMap map, string key, string name)
    {
        if (!AttributeName().IsMatch(name)) map.Fault(key, $"'{name}' is not the name of an attribute such as uid");
        return name;
    }

    private static ImmutableDictionary<string, string> Settings(CityMap map) =>
        map.Pairs("settings").ToImmutableDictionary(pair => pair.Key, pair => Checked(map, "settings", pair.Value));

    private static bool YesOrNo(CityMap map, string key, bool otherwise)
    {
        switch (map.TextOr(key, null))
        {
            case null:
                return otherwise;
            case "true" or "yes":
                return true;
            case "false" or "no":
                return false;
            case var text:
                map.Fault(key, $"'{key}: {text}' must be true or false");
                return otherwise;
        }
    }

    [GeneratedRegex("^(?:[A-Za-z][A-Za-z0-9-]*|[0-9]+(?:\\.[0-9]+)+)(?:;[A-Za-z0-9-]+)*$")]
    private static partial Regex AttributeName();
}
