using VdiBroker.Kernel;
using VdiBroker.Ldap;

namespace VdiBroker.Directory;

/// <summary>
/// Checks a name and a password with the city's directories: finds the one entry, binds as it, reads its groups. Whatever is refused is
/// answered not before <see cref="RejectionFloor"/>; who is let in never waits.
/// </summary>
public sealed class AuthenticatePerson
{
    /// <summary>The longest password that is tried, in UTF-16 units.</summary>
    public const int MaxPasswordLength = 1024;

    /// <summary>No refusal is answered sooner after its call: it hides what the refusal had to do.</summary>
    public static readonly TimeSpan RejectionFloor = TimeSpan.FromMilliseconds(700);

    private readonly FindPerson _find;
    private readonly DirectoryLog _log;
    private readonly TimeProvider _time;

    internal AuthenticatePerson(FindPerson find, DirectoryLog log, TimeProvider time) => (_find, _log, _time) = (find, log, time);

    /// <summary>Checks a person. Safe to call from many threads.</summary>
    /// <param name="request">What was typed, and where.</param>
    /// <param name="cancel">Ends the wait; nothing is known then.</param>
    public Task<Authentication> RunAsync(AuthenticationRequest request, CancellationToken cancel) => RunAsync(request, _ => Task.FromResult(true), cancel);

    /// <summary>As above.</summary>
    /// <param name="request">What was typed, and where.</param>
    /// <param name="mayTry">
    /// Asked once when it is known whose name it is (null = nobody's, or it cannot be told) and before the password is tried; not when a directory
    /// that could know was out of reach before. False: rejected, and no password is sent.
    /// </param>
    /// <param name="cancel">Ends the wait; nothing is known then.</param>
    internal async Task<Authentication> RunAsync(AuthenticationRequest request, Func<PersonId?, Task<bool>> mayTry, CancellationToken cancel)
    {
        var started = _time.GetTimestamp();
        var answer = await CheckAsync(request, mayTry, cancel);
        if (answer is Authentication.Rejected or Authentication.Barred) await FloorAsync(_time, started, RejectionFloor, request.Waits, cancel);
        return answer;
    }

    /// <summary>True for a password that may go to a directory.</summary>
    internal static bool IsTriable(string password) =>
        // An empty password makes a bind that some servers answer with success (RFC 4513, 5.1.2); NUL ends a password inside some of them.
        password.Length is > 0 and <= MaxPasswordLength && !password.Contains('\0', StringComparison.Ordinal);

    /// <summary>Ends when a refusal may be answered: so long after the start. A timer may be some milliseconds early; this is not. It is told first that this waits (<see cref="AuthenticationRequest.Waits"/>).</summary>
    internal static async Task FloorAsync(TimeProvider time, long started, TimeSpan floor, Action? waits, CancellationToken cancel)
    {
        waits?.Invoke();
        while (floor - time.GetElapsedTime(started) is { Ticks: > 0 } rest)
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(rest.TotalMilliseconds)), time, cancel);
    }

    private async Task<Authentication> CheckAsync(AuthenticationRequest request, Func<PersonId?, Task<bool>> mayTry, CancellationToken cancel)
    {
        if (LoginName.Parse(request.Login) is not { } login || !IsTriable(request.Password))
        {
            await mayTry(null);
            return new Authentication.Rejected();
        }
        using var places = new DirectoryPlaces(request.Waits, _time);
        PeopleDirectory? asked = null;
        try
        {
            switch (await _find.RunAsync(login, request.StationTenant, places, cancel))
            {
                case Finding.Someone(var directory, var person, var doubt):
                    asked = directory;
                    if (!await mayTry(person.Id)) return new Authentication.Rejected(person.Id);
                    var answer = await CheckAsync(directory, person, request.Password, cancel);
                    return answer is Authentication.Rejected && doubt is not null ? new Authentication.OutOfReach(doubt.Cause, doubt.Down) : answer;
                case Finding.OutOfReach(var cause, var down):
                    return new Authentication.OutOfReach(cause, down);
                case Finding.Crowded(var after):
                    return new Authentication.Crowded(after);
                case Finding.Nobody(var nearest):
                    asked = nearest;
                    if (await mayTry(null) && asked is not null) await asked.RefuseNobodyAsync(cancel);
                    return new Authentication.Rejected();
                default:
                    return new Authentication.Rejected();
            }
        }
        catch (DirectoryOutOfReachException fault)
        {
            _log.OutOfReach(asked?.Id ?? "", fault.Message);
            return new Authentication.OutOfReach(fault.Message, asked is not null && FindPerson.IsDown(asked, fault) ? asked.Tenants : []);
        }
    }

    private async Task<Authentication> CheckAsync(PeopleDirectory directory, PersonEntry person, string password, CancellationToken cancel)
    {
        switch (await directory.TryAsync(person, password, cancel))
        {
            case BindJudgement.Taken(var notice):
                return new Authentication.Authenticated(Describe(person, await directory.GroupsOfAsync(person, cancel)), notice);
            case BindJudgement.Barred(var state):
                _log.Barred(directory.Id, person.Tenant.Value, state);
                return new Authentication.Barred(person.Id, state);
            default:
                return new Authentication.Rejected(person.Id);
        }
    }

    /// <summary>A person with their groups, for the rest of the broker.</summary>
    internal static DirectoryPerson Describe(PersonEntry person, GroupWalk groups) => new(person.Id, person.Tenant, person.Login, person.DisplayName,
        [.. groups.Groups.Select(group => group.Group.Name).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.Ordinal)])
    {
        Account = person.Account,
        Settings = person.Settings,
        PasswordSet = person.PasswordSet,
    };
}
