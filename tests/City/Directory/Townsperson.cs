namespace VdiBroker.City.Directory;

/// <summary>Someone who can sign in to the city's directory.</summary>
/// <param name="Tenant">Id of the person's town or office: <c>drancy</c>, <c>le-bourget</c>, <c>dugny</c>, <c>habitat</c>.</param>
/// <param name="Login">Their <c>uid</c>, <c>prenom.nom</c> in ASCII, unique over the directory; the account name on hosts.</param>
/// <param name="DisplayName">First and last name with their accents.</param>
/// <param name="Password">Random, made for this run.</param>
/// <param name="Groups">Names of the groups of their tenant that they are in; may be empty.</param>
public sealed record Townsperson(string Tenant, string Login, string DisplayName, string Password, IReadOnlyList<string> Groups)
{
    /// <summary>Their entry.</summary>
    public required string Dn { get; init; }

    /// <summary>Account number on hosts, from 20000, unique over the directory.</summary>
    public required int UidNumber { get; init; }

    /// <summary>Everything but the password: what a test's message may show.</summary>
    public override string ToString() => $"{Tenant}/{Login}";
}
