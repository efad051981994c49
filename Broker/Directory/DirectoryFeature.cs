using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection.Extensions;
using VdiBroker.Ldap;
using VdiBroker.Rpc;

namespace VdiBroker.Directory;

/// <summary>Wiring of the Directory room.</summary>
public static class DirectoryFeature
{
    /// <summary>Adds <see cref="AuthenticatePerson"/>, <see cref="ChangePassword"/> and <see cref="LookUpPerson"/> over the city's directories.</summary>
    /// <param name="services">The program's services.</param>
    /// <param name="directories">Checked by the city file's reader; asked in this order.</param>
    /// <param name="tenants">Where each tenant's people are.</param>
    /// <exception cref="InvalidOperationException">The program runs without ICU.</exception>
    /// <exception cref="ArgumentException">A DN is none, a password would go to another machine unprotected, or a tenant names an absent directory.</exception>
    public static IServiceCollection AddDirectory(
        this IServiceCollection services, ImmutableArray<DirectoryOptions> directories, ImmutableArray<TenantBranch> tenants)
    {
        RefuseWithoutForms(TextForms.AreKnown);
        Refuse(directories.Where(directory => directory.Plain).SelectMany(directory => directory.Servers).FirstOrDefault(server => !DirectorySection.IsLoopback(server)),
            server => $"{server}: a password goes to another machine by TLS only");
        Refuse(directories.SelectMany(directory => directory.Servers).FirstOrDefault(server => server.Scheme is not ("ldaps" or "ldap")),
            server => $"{server}: a directory's address is ldaps:// or ldap://");
        Refuse(tenants.FirstOrDefault(tenant => directories.All(directory => directory.Id != tenant.Directory)),
            tenant => $"tenant {tenant.Tenant}: there is no directory {tenant.Directory}");
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<DirectoryLog>().AddSingleton<LdapLog>();
        services.AddSingleton(provider => new DirectorySet(
            directories, tenants, provider.GetService<Gates>(), provider.GetRequiredService<DirectoryLog>(), provider.GetRequiredService<LdapLog>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new FindPerson(
            provider.GetRequiredService<DirectorySet>().Directories, TenantNames.Make(tenants), provider.GetRequiredService<DirectoryLog>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new AuthenticatePerson(
            provider.GetRequiredService<FindPerson>(), provider.GetRequiredService<DirectoryLog>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new ChangePassword(
            provider.GetRequiredService<FindPerson>(), provider.GetRequiredService<DirectoryLog>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new LookUpPerson(provider.GetRequiredService<DirectorySet>().Directories, provider.GetRequiredService<DirectoryLog>()));
        services.AddHostedService(provider => new DirectoryOpener(
            provider.GetRequiredService<DirectorySet>().Directories, provider.GetRequiredService<DirectoryLog>(), provider.GetRequiredService<TimeProvider>()));
        services.AddHostedService(provider => new GroupRefresher(
            provider.GetRequiredService<DirectorySet>().Directories, provider.GetRequiredService<DirectoryLog>(), provider.GetRequiredService<TimeProvider>()));
        return services;
    }

    /// <summary>Adds what says in the store how the directories' servers are, and what hears from it that rights are to be read anew. Needs the store.</summary>
    public static IServiceCollection AddDirectoryReports(this IServiceCollection services) =>
        services.AddSingleton<DirectoryStates>().AddHostedService<DirectoryReporter>().AddHostedService<DirectoryGauges>().AddHostedService<GroupForgetter>();

    /// <summary>Names without their forms would make many people of one: nothing runs then.</summary>
    internal static void RefuseWithoutForms(bool known)
    {
        if (!known) throw new InvalidOperationException("this machine's .NET runs without ICU (libicu, or InvariantGlobalization is set): names of people cannot be compared");
    }

    private static void Refuse<T>(T? wrong, Func<T, string> words)
        where T : class
    {
        if (wrong is not null) throw new ArgumentException(words(wrong));
    }
}

/// <summary>The city's directories that have tenants, with their connections.</summary>
internal sealed class DirectorySet : IDisposable
{
    /// <param name="directories">Of the city; those without tenants are left out.</param>
    /// <param name="tenants">Of all of them.</param>
    /// <param name="gates">Bound how many sign-ins wait for one of them; null = nothing does, where no stations are served.</param>
    /// <param name="log">Of this room.</param>
    /// <param name="ldapLog">Of the connections.</param>
    /// <param name="time">The clock.</param>
    public DirectorySet(ImmutableArray<DirectoryOptions> directories, ImmutableArray<TenantBranch> tenants, Gates? gates, DirectoryLog log, LdapLog ldapLog, TimeProvider time)
    {
        var used = directories.Where(directory => tenants.Any(tenant => tenant.Directory == directory.Id)).ToArray();
        Directories =
        [
            .. used.Select(directory => new PeopleDirectory(
                directory, tenants.Where(tenant => tenant.Directory == directory.Id), gates?.OfDirectory(directory.Id, used.Length), log, ldapLog, time)),
        ];
    }

    public ImmutableArray<PeopleDirectory> Directories { get; }

    /// <summary>Forgets what is known of groups in groups: who signs in or is looked up from now on has the directory's present answer.</summary>
    public void ForgetGroups()
    {
        foreach (var (graph, _) in Directories.SelectMany(directory => directory.Graphs)) graph.Forget();
    }

    public void Dispose()
    {
        foreach (var directory in Directories) directory.Dispose();
    }
}
