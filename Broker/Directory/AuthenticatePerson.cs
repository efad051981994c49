using System.Collections.Immutable;
using VdiBroker.Kernel;
using VdiBroker.Ldap;

namespace VdiBroker.Directory;

/// <summary>
/// Checks a name and a password with the city's directories: finds the one entry, binds as it, reads its groups. Whatever is refused is
/// answered alike and not before <see cref="RejectionFloor"/>; who is let in never waits.
/// </summary>
public sealed class AuthenticatePerson
{
    /// <summary>The longest password that is tried, in UTF-16 units.</summary>
    public const int MaxPasswordLength = 1024;

    /// <summary>No refusal is answered sooner after its call: it hides what the refusal had to do.</summary>
    public static readonly TimeSpan RejectionFloor = TimeSpan.FromMilliseconds(700);

    // How long an entry that one directory knows waits for the answers of directories before it in the city file.
    private static readonly TimeSpan OrderPatience = TimeSpan.FromMilliseconds(300);

    private readonly ImmutableArray<PeopleDirectory> _directories;
    private readonly DirectoryLog _log;
    private readonly TimeProvider _time;

    internal AuthenticatePerson(ImmutableArray<PeopleDirectory> directories, DirectoryLog log, TimeProvider time)
    {
        _directories = directories;
        _log = log;
        _time = time;
    }

    /// <summary>Checks a person. Safe to call from many threads.</summary>
    /// <param name="login">What the person typed; anything.</param>
    /// <param name="password">Anything; used for one bind and for nothing else.</param>
    /// <param name="cancel">Ends the wait; nothing is known then.</param>
    public async Task<Authentication> RunAsync(string login, string password, CancellationToken cancel)
    {
        var started = _time.GetTimestamp();
        var answer = await CheckAsync(login, password, cancel);
        if (answer is Authentication.Rejected && RejectionFloor - _time.GetElapsedTime(started) is { Ticks: > 0 } rest)
            await Task.Delay(rest, _time, cancel);
        return answer;
    }

    private async Task<Authentication> CheckAsync(string login, string password, CancellationToken cancel)
    {
        // An empty password makes a bind that some servers answer with success (RFC 4513, 5.1.2); NUL ends a password inside libldap, so that
        // "\0…" is an empty one too.
        if (LoginName.Parse(login) is not { } name || password.Length is 0 or > MaxPasswordLength || password.Contains('\0', StringComparison.Ordinal))
            return new Authentication.Rejected();
        var (known, entry, faults) = await FindAsync(name, cancel);
        var asked = known;
        try
        {
            if (known is not null && entry is not null) return await CheckAsync(known, entry, password, cancel);
            if (faults.Count > 0) return new Authentication.OutOfReach(string.Join("; ", faults));
            asked = _directories.FirstOrDefault();
            if (asked is not null) await asked.RefuseNobodyAsync(cancel);
            return new Authentication.Rejected();
        }
        catch (DirectoryOutOfReachException fault)
        {
            _log.OutOfReach(asked?.Id ?? "", fault.Message);
            return new Authentication.OutOfReach(fault.Message);
        }
    }

    private async Task<Authentication> CheckAsync(PeopleDirectory directory, PersonEntry entry, string password, CancellationToken cancel)
    {
        if (!await directory.TakesAsync(entry.Dn, password, cancel)) return new Authentication.Rejected();
        if (entry.MustChange)
        {
            _log.MustChange(directory.Id, entry.Tenant.Value);
            return new Authentication.Rejected();
        }
        var groups = await directory.GroupsOfAsync(entry, cancel);
        return new Authentication.Authenticated(
            new DirectoryPerson(PersonId.Of(entry.Tenant, entry.Login), entry.Tenant, entry.Login, entry.DisplayName, groups));
    }

    // All directories are asked at once, so that none waits for another's deadline. The first in the file's order that knows the name wins.
    private async Task<(PeopleDirectory? Known, PersonEntry? Entry, List<string> Faults)> FindAsync(LoginName name, CancellationToken cancel)
    {
        var asked = _directories.Select(directory => AskAsync(directory, name, cancel)).ToArray();
        var faults = new List<string>();
        for (var i = 0; i < asked.Length; i++)
        {
            await SettledAsync(asked[i], asked[(i + 1)..], cancel);
            if (!asked[i].IsCompleted) continue;
            var (entry, fault) = await asked[i];
            if (entry is not null) return (_directories[i], entry, faults);
            if (fault is not null) faults.Add(fault);
        }
        return (null, null, faults);
    }

    // Ends with the directory's own answer, or soon after a later one has shown that it knows the name.
    private async Task SettledAsync(Task<(PersonEntry? Entry, string? Fault)> own, Task<(PersonEntry? Entry, string? Fault)>[] later, CancellationToken cancel)
    {
        await foreach (var one in Task.WhenEach([own, .. later]))
        {
            if (own.IsCompleted) return;
            if ((await one).Entry is null) continue;
            await Task.WhenAny(own, Task.Delay(OrderPatience, _time, cancel));
            return;
        }
    }

    private async Task<(PersonEntry? Entry, string? Fault)> AskAsync(PeopleDirectory directory, LoginName name, CancellationToken cancel)
    {
        try
        {
            return (await directory.FindAsync(name, cancel) is Finding.Someone someone ? someone.Person : null, null);
        }
        catch (DirectoryOutOfReachException fault)
        {
            _log.OutOfReach(directory.Id, fault.Message);
            return (null, fault.Message);
        }
    }
}
