using System.Collections.Immutable;
using VdiBroker.Kernel;
using VdiBroker.Ldap;

namespace VdiBroker.Directory;

/// <summary>What a look-up without a password found. Closed.</summary>
public abstract record Lookup
{
    private Lookup()
    {
    }

    /// <summary>The directory knows exactly one such person of the tenant.</summary>
    public sealed record Found(DirectoryPerson Person, PersonFacts Facts) : Lookup;

    /// <summary>No such person, or several.</summary>
    public sealed record Nobody : Lookup;

    /// <summary>The directory could not be asked.</summary>
    public sealed record OutOfReach(string Cause) : Lookup;
}

/// <summary>Where what is known of a person comes from; for operators, not for logs.</summary>
/// <param name="Directory">Id of the directory.</param>
/// <param name="Entry">DN of the person's entry.</param>
/// <param name="Groups">All groups that count, each with the path by which it came.</param>
/// <param name="Cut">What the bounds of the walk cut off.</param>
/// <param name="State">Attributes about the account's state, as the directory has them.</param>
public sealed record PersonFacts(string Directory, string Entry, ImmutableArray<WalkedGroup> Groups, GroupsCut Cut, ImmutableDictionary<string, string> State);

/// <summary>Reads what a directory knows of a person, without a password: for operators, and to read rights again.</summary>
public sealed class LookUpPerson
{
    private readonly ImmutableArray<PeopleDirectory> _directories;
    private readonly DirectoryLog _log;

    internal LookUpPerson(ImmutableArray<PeopleDirectory> directories, DirectoryLog log) => (_directories, _log) = (directories, log);

    /// <summary>Looks a person up.</summary>
    /// <param name="tenant">Whose person it is.</param>
    /// <param name="login">A login name, in any spelling.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async Task<Lookup> RunAsync(TenantId tenant, string login, CancellationToken cancel)
    {
        if (LoginName.Parse(login) is not { } name || _directories.FirstOrDefault(one => one.Tenants.Contains(tenant)) is not { } directory) return new Lookup.Nobody();
        try
        {
            var found = await directory.FindAsync(name, tenant, cancel);
            // A login that ends like a word for the tenant is asked with and without it: who bears the whole of it comes first.
            if (found.Length > 1) found = [.. found.Where(one => TextForms.Fold(one.Login) == TextForms.Fold(name.Value))];
            if (found is not [var person]) return new Lookup.Nobody();
            var groups = await directory.GroupsOfAsync(person, cancel);
            return new Lookup.Found(AuthenticatePerson.Describe(person, groups), new PersonFacts(directory.Id, person.Dn, groups.Groups, groups.Cut, person.State));
        }
        catch (DirectoryOutOfReachException fault)
        {
            _log.OutOfReach(directory.Id, fault.Message);
            return new Lookup.OutOfReach(fault.Message);
        }
    }
}
