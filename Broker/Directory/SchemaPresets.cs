namespace VdiBroker.Directory;

/// <summary>What the kinds of server call things: what the city file need not say. Every part can be said otherwise there.</summary>
public static class SchemaPresets
{
    /// <summary>People of an OpenLDAP: by either of the usual object classes.</summary>
    public const string OpenLdapPeople = "(|(objectClass=inetOrgPerson)(objectClass=posixAccount))";

    /// <summary>People under a base, described as the kind of server does.</summary>
    public static PeopleOptions People(DirectorySchema schema, string under) => schema switch
    {
        DirectorySchema.ActiveDirectory => new PeopleOptions(under)
        {
            // Computers are users there, but no persons.
            Filter = "(&(objectCategory=person)(objectClass=user))",
            Login = ["sAMAccountName", "userPrincipalName"],
            Name = ["displayName", "cn"],
            Account = "sAMAccountName",
        },
        DirectorySchema.ThreeEightNine => new PeopleOptions(under)
        {
            Filter = "(|(objectClass=inetOrgPerson)(objectClass=posixAccount)(objectClass=nsPerson))",
            Name = ["displayName", "cn"],
            // Its memberOf names groups of groups too: what the walk finds itself, with the path.
            MemberOf = null,
        },
        _ => new PeopleOptions(under),
    };

    /// <summary>Groups under a base, described as the kind of server does.</summary>
    public static GroupsOptions Groups(DirectorySchema schema, string under) => schema switch
    {
        DirectorySchema.ActiveDirectory => new GroupsOptions(under)
        {
            Filter = "(objectClass=group)",
            Members = ["member"],
            MemberUids = [],
        },
        _ => new GroupsOptions(under),
    };
}
