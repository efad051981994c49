using System.Collections.Immutable;
using System.Diagnostics;
using VdiBroker.Directory;
using VdiBroker.Kernel;
using VdiBroker.Pools;
using VdiBroker.Profiles;
using VdiBroker.Storage;
using VdiBroker.Tenancy;

namespace VdiBroker.Sessions;

/// <summary>What a person typed, and where.</summary>
internal sealed record SignInRequested(string Login, string Password, StationId Station)
{
    /// <summary>Never the password, whoever prints it.</summary>
    public override string ToString() => $"sign-in at {Station}";
}

/// <summary>A desktop that the person may open.</summary>
internal sealed record DesktopOffered(Pool Pool, bool Running);

/// <summary>What came of a sign-in. Closed.</summary>
internal abstract record SignInOutcome
{
    private SignInOutcome()
    {
    }

    /// <summary>They are who they say, and may open at least one desktop.</summary>
    public sealed record SignedIn(Secret Secret, string DisplayName, string TenantName, StationSettings Settings, ImmutableArray<DesktopOffered> Desktops) : SignInOutcome
    {
        /// <summary>What the person should know of their password; null = nothing.</summary>
        public PasswordNotice? Notice { get; init; }

        /// <summary>In limited mode.</summary>
        public bool Limited { get; init; }
    }

    /// <summary>Wrong password, unknown or locked person, or nothing typed: one answer.</summary>
    public sealed record Rejected : SignInOutcome;

    /// <summary>Known, with no right to any pool.</summary>
    public sealed record NoEntitlement : SignInOutcome;

    /// <summary>The directory could not be asked.</summary>
    public sealed record OutOfReach : SignInOutcome;

    /// <summary>The password was right, and the account may not be used.</summary>
    public sealed record Barred(AccountState State) : SignInOutcome;

    /// <summary>Too many wrong passwords at this station.</summary>
    public sealed record StationPaused(TimeSpan Left) : SignInOutcome;

    /// <summary>In limited mode, with rights to sensitive pools only.</summary>
    public sealed record LimitedNotHere : SignInOutcome;
}

/// <summary>Signs a person in: directory, entitlements, profile, and a sign-in that the station proves with a secret.</summary>
internal sealed class SignInPerson(AdmitPerson admit, ReadProfile readProfile, SignInStore signIns, SessionStore sessions, PeopleRules rules, ILogger<SignInPerson> logger)
{
    /// <summary>Runs the sign-in; outages of the store come as <see cref="StoreOutOfReachException"/>.</summary>
    public async Task<SignInOutcome> RunAsync(SignInRequested request, CancellationToken cancel)
    {
        var asked = Stopwatch.GetTimestamp();
        switch (await admit.RunAsync(new AdmissionRequest(request.Login, request.Password, request.Station), cancel))
        {
            case Admission.Admitted admitted:
                return await WelcomeAsync(admitted, request.Station, asked);
            case Admission.OutOfReach(var cause):
                SessionsLog.DirectoryOutOfReach(logger, request.Station, cause);
                return new SignInOutcome.OutOfReach();
            case Admission.Barred(var state):
                return new SignInOutcome.Barred(state);
            case Admission.StationPaused(var left):
                return new SignInOutcome.StationPaused(left);
            default:
                return new SignInOutcome.Rejected();
        }
    }

    private async Task<SignInOutcome> WelcomeAsync(Admission.Admitted admitted, StationId station, long asked)
    {
        var person = admitted.Person;
        var pools = rules.PoolsOf(person, admitted.Limited);
        if (pools.IsEmpty) return rules.PoolsOf(person).IsEmpty ? new SignInOutcome.NoEntitlement() : new SignInOutcome.LimitedNotHere();
        var reading = readProfile.RunAsync(new ProfileWanted(person, person.Settings, station));
        var running = await sessions.DesktopsOfAsync(person.Id);
        var profile = await reading;
        var settings = new StationSettings(profile["keyboard"], profile["language"], profile.Screen.Width, profile.Screen.Height, profile["clipboard"]);
        var wanted = new SignIn(0, person.Id, person.Account, station, pools, settings, Closed: false)
        {
            Limited = admitted.Limited,
            // In limited mode they are of an earlier day: read anew as soon as the directory answers.
            RightsAge = admitted.Limited ? SignInStore.LongestLife : Stopwatch.GetElapsedTime(asked),
        };
        if (await signIns.BeginAsync(wanted, rules.OwnerOf(person.Tenant)) is not { } begun)
        {
            // The same login in another tenant: on the hosts they would be one account, with one home.
            SessionsLog.AccountTaken(logger, person.Id);
            return new SignInOutcome.NoEntitlement();
        }
        var (secret, serial) = begun;
        SessionsLog.SignedIn(logger, person.Id, station, serial, string.Join(',', pools), admitted.Limited);
        // A running desktop first: it is what the person left.
        var desktops = pools.Select(p => new DesktopOffered(rules.Pools.Pools[p], running.ContainsKey(p))).OrderByDescending(d => d.Running).ToImmutableArray();
        return new SignInOutcome.SignedIn(secret, person.DisplayName, rules.Tenants.Tenants[person.Tenant].Name, settings, desktops)
        {
            Notice = admitted.Notice,
            Limited = admitted.Limited,
        };
    }
}

/// <summary>What the city file says about people: tenants, and who may open what.</summary>
internal sealed record PeopleRules(TenantCatalogue Tenants, PoolCatalogue Pools, DirectoryCatalogue Directories)
{
    /// <summary>Whose an account on the hosts is: the people of one tenant of one directory, <c>directory/tenant</c>.</summary>
    public string OwnerOf(TenantId tenant) => $"{Directories.Branches.First(branch => branch.Tenant == tenant).Directory}/{tenant}";

    /// <summary>The pools that somebody may open, preferred first; in limited mode without the sensitive ones.</summary>
    public ImmutableArray<PoolId> PoolsOf(DirectoryPerson person, bool limited = false)
    {
        var pools = Entitlements.PoolsOf(Pools.Entitlements, person.Tenant, person.Groups);
        return limited ? [.. pools.Where(pool => !Pools.Pools[pool].Sensitive)] : pools;
    }
}
