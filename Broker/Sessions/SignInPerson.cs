using System.Collections.Immutable;
using System.Diagnostics;
using VdiBroker.Directory;
using VdiBroker.Kernel;
using VdiBroker.Pools;
using VdiBroker.Records;
using VdiBroker.Storage;
using VdiBroker.Tenancy;

namespace VdiBroker.Sessions;

/// <summary>What a person typed, and where.</summary>
internal sealed record SignInRequested(string Login, string Password, StationId Station)
{
    /// <summary>As <see cref="AuthenticationRequest.Waits"/>.</summary>
    public Action? Waits { get; init; }

    /// <summary>Asked once when it is known who it is, before a sign-in begins: how long they have to wait for it; null = it may begin. Null itself = it always may.</summary>
    public Func<PersonId, TimeSpan?>? MayBegin { get; init; }

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

    /// <summary>What the station shows for the telephone with a refusal, as its record has it; empty = none is drawn yet.</summary>
    public string Reference { get; init; } = "";

    /// <summary>Whose name was typed, as far as that is known. For records: a refusal does not tell the station.</summary>
    public PersonId? Person { get; init; }

    /// <summary>They are who they say, and may open at least one desktop.</summary>
    public sealed record SignedIn(Secret Secret, string DisplayName, string TenantName, StationSettings Settings, ImmutableArray<DesktopOffered> Desktops) : SignInOutcome
    {
        /// <summary>What the person should know of their password; null = nothing.</summary>
        public PasswordNotice? Notice { get; init; }

        /// <summary>In limited mode.</summary>
        public bool Limited { get; init; }

        /// <summary>Number of the sign-in.</summary>
        public long Serial { get; init; }

        /// <summary>How long its parts took.</summary>
        public SignInTimes Took { get; init; } = new(TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero);
    }

    /// <summary>Wrong password, unknown or locked person, or nothing typed: one answer.</summary>
    /// <param name="Ground">Which of them, for records.</param>
    public sealed record Rejected(RejectionGround Ground) : SignInOutcome;

    /// <summary>Known, with no right to any pool.</summary>
    public sealed record NoEntitlement : SignInOutcome
    {
        /// <summary>They have rights; their account name on the hosts is another tenant's.</summary>
        public bool AccountTaken { get; init; }
    }

    /// <summary>The directory could not be asked.</summary>
    /// <param name="Cause">For the operator.</param>
    public sealed record OutOfReach(string Cause) : SignInOutcome;

    /// <summary>The password was right, and the account may not be used.</summary>
    public sealed record Barred(AccountState State) : SignInOutcome;

    /// <summary>Too many wrong passwords at this station.</summary>
    public sealed record StationPaused(TimeSpan Left) : SignInOutcome;

    /// <summary>More of this come than can be served, or the same person signs in over and over: nothing was begun.</summary>
    /// <param name="After">At least so long before the next try.</param>
    public sealed record ComeBack(TimeSpan After) : SignInOutcome;

    /// <summary>Without a name, at a place that is not open to visitors.</summary>
    public sealed record NoVisitors : SignInOutcome;

    /// <summary>In limited mode, with rights to sensitive pools only.</summary>
    public sealed record LimitedNotHere : SignInOutcome;
}

/// <summary>Signs a person in: directory, entitlements, profile, and a sign-in that the station proves with a secret.</summary>
internal sealed class SignInPerson(AdmitPerson admit, ReadAhead ahead, SignInStore signIns, FreshMemory fresh, PeopleRules rules, ILogger<SignInPerson> logger)
{
    /// <summary>Runs the sign-in; outages of the store come as <see cref="StoreOutOfReachException"/>.</summary>
    public async Task<SignInOutcome> RunAsync(SignInRequested request, CancellationToken cancel)
    {
        var asked = Stopwatch.GetTimestamp();
        ReadAhead.Started? started = null;
        switch (await admit.RunAsync(new AdmissionRequest(request.Login, request.Password, request.Station) { Known = person => started = ahead.Begin(person), Waits = request.Waits }, cancel))
        {
            case Admission.Admitted admitted:
                if (request.MayBegin?.Invoke(admitted.Person.Id) is { } later)
                {
                    await admitted.Settled;
                    return new SignInOutcome.ComeBack(later);
                }
                return await WelcomeAsync(admitted, started?.Person == admitted.Person.Id ? started : ahead.Begin(admitted.Person.Id), request.Station, asked);
            case Admission.OutOfReach(var cause):
                SessionsLog.DirectoryOutOfReach(logger, request.Station, cause);
                return new SignInOutcome.OutOfReach(cause);
            case Admission.Barred(var state, var person):
                return new SignInOutcome.Barred(state) { Person = person };
            case Admission.StationPaused(var left):
                return new SignInOutcome.StationPaused(left);
            case Admission.Crowded(var after):
                return new SignInOutcome.ComeBack(after);
            case Admission.Rejected rejected:
                return new SignInOutcome.Rejected(rejected.Ground) { Person = rejected.Person };
            default:
                throw new InvalidOperationException("an admission without a case");
        }
    }

    private async Task<SignInOutcome> WelcomeAsync(Admission.Admitted admitted, ReadAhead.Started reading, StationId station, long asked)
    {
        var person = admitted.Person;
        var directory = Stopwatch.GetElapsedTime(asked);
        var pools = rules.PoolsOf(person, admitted.Limited);
        if (pools.IsEmpty)
        {
            await admitted.Settled;
            return (rules.PoolsOf(person).IsEmpty ? new SignInOutcome.NoEntitlement() : (SignInOutcome)new SignInOutcome.LimitedNotHere()) with { Person = person.Id };
        }
        var (profile, running, began) = await reading.EndAsync(person, station);
        var read = Stopwatch.GetElapsedTime(asked);
        var settings = StationSettings.Of(profile);
        var wanted = new SignIn(0, person.Id, person.Account, station, pools, settings, Closed: false)
        {
            Limited = admitted.Limited,
            // In limited mode they are of an earlier day: read anew as soon as the directory answers.
            RightsAge = admitted.Limited ? SignInStore.LongestLife : Stopwatch.GetElapsedTime(asked),
        };
        var beginning = signIns.BeginAsync(wanted, rules.OwnerOf(person.Tenant));
        await Task.WhenAll(admitted.Settled, beginning);
        if (await beginning is not { } begun)
        {
            // The same login in another tenant: on the hosts they would be one account, with one home.
            SessionsLog.AccountTaken(logger, person.Id);
            return new SignInOutcome.NoEntitlement { Person = person.Id, AccountTaken = true };
        }
        var (secret, serial) = begun;
        fresh.SignIns.Keep(secret.Digest, new FreshSignIn(wanted with { Serial = serial, Remembered = true }, [.. running.Keys]) { Began = began });
        SessionsLog.SignedIn(logger, person.Id, station, serial, string.Join(',', pools), admitted.Limited);
        // A running desktop first: it is what the person left.
        var desktops = pools.Select(p => new DesktopOffered(rules.Pools.Pools[p], running.ContainsKey(p))).OrderByDescending(d => d.Running).ToImmutableArray();
        return new SignInOutcome.SignedIn(secret, person.DisplayName, rules.Tenants.Tenants[person.Tenant].Name, settings, desktops)
        {
            Notice = admitted.Notice,
            Limited = admitted.Limited,
            Person = person.Id,
            Serial = serial,
            Took = new SignInTimes(Stopwatch.GetElapsedTime(asked), directory, read - directory),
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
