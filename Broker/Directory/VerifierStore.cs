using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using StackExchange.Redis;
using VdiBroker.Kernel;
using VdiBroker.Storage;

namespace VdiBroker.Directory;

/// <summary>A person as their last full sign-in showed them, with what checks their password.</summary>
internal sealed record KnownPerson(DirectoryPerson Person, PasswordVerifier Verifier);

/// <summary>Verifiers of limited mode in Redis: one for each person, found by tenant and login. They end by themselves.</summary>
internal sealed class VerifierStore(RedisStore store, KeySpace keys)
{
    // Longer than a verifier waits to be made.
    private static readonly TimeSpan _memoryOfRefusals = TimeSpan.FromMinutes(15);
    private const int Version = 2;
    private const int Batch = 500;
    private static readonly RedisValue[] _row = ["body", "verifier"];
    private static readonly Script _keep = new("keep_verifier");
    private static readonly Script _renew = new("renew_verifier");
    private static readonly Script _drop = new("drop_verifier");

    /// <summary>Keeps a verifier for <paramref name="life"/>.</summary>
    /// <param name="known">Whose.</param>
    /// <param name="age">How long ago the sign-in began whose password it checks.</param>
    /// <param name="life">How long it may be used.</param>
    /// <returns>False: the directory refused the person since then, or there is one of a later sign-in.</returns>
    public async Task<bool> KeepAsync(KnownPerson known, TimeSpan age, TimeSpan life)
    {
        var name = NameOf(known.Person.Id);
        return 1 == (int)await store.RunScriptAsync(_keep, [keys.Verifier(known.Person.Tenant, name), keys.Verifiers(known.Person.Tenant)],
            [Write(known.Person), Write(known.Verifier), Mark(known.Person), (long)age.TotalMilliseconds, (long)life.TotalMilliseconds, name]);
    }

    /// <summary>Writes a person as a full sign-in just showed them, beside the verifier that they have; one of another password goes. One round trip.</summary>
    /// <param name="person">Who.</param>
    /// <param name="age">How long ago that sign-in began.</param>
    /// <param name="life">How long it may be used from now on.</param>
    /// <param name="renewAfter">A verifier is made anew when it is so old.</param>
    /// <returns>False: a verifier is to be made.</returns>
    public async Task<bool> RenewAsync(DirectoryPerson person, TimeSpan age, TimeSpan life, TimeSpan renewAfter)
    {
        var name = NameOf(person.Id);
        return 1 == (int)await store.RunScriptAsync(_renew, [keys.Verifier(person.Tenant, name), keys.Verifiers(person.Tenant)],
            [Write(person), Mark(person), (long)age.TotalMilliseconds, (long)life.TotalMilliseconds, name, (long)renewAfter.TotalMilliseconds]);
    }

    /// <summary>True when the person has a verifier of a sign-in that began less than <paramref name="age"/> ago.</summary>
    public async Task<bool> IsFreshAsync(PersonId person, TimeSpan age)
    {
        var key = keys.Verifier(TenantOf(person), NameOf(person));
        var made = await store.RunAsync("read verifier", db => db.HashGetAsync(key, "made"));
        return !made.IsNull && DateTimeOffset.UtcNow - DateTimeOffset.FromUnixTimeMilliseconds((long)made) < age;
    }

    /// <summary>A person with their verifier; null = there is none.</summary>
    public async Task<KnownPerson?> ReadAsync(PersonId person)
    {
        var key = keys.Verifier(TenantOf(person), NameOf(person));
        return Read(await store.RunAsync("read verifier", db => db.HashGetAsync(key, _row))) is { } known && known.Person.Id == person ? known : null;
    }

    /// <summary>Everybody whom one of these tenants knows by this name; in one round trip.</summary>
    /// <param name="login">As it was typed.</param>
    /// <param name="tenants">Who is asked.</param>
    /// <param name="named">The tenant whose word is in the login: it is asked without the word too, and nobody else is.</param>
    public async Task<ImmutableArray<KnownPerson>> FindAsync(LoginName login, IReadOnlyCollection<TenantId> tenants, TenantId? named)
    {
        var places = tenants.SelectMany(tenant => (tenant == named ? [login.Value, login.Bare] : (string[])[login.Value]).Select(name => keys.Verifier(tenant, NameOf(name)))).Distinct();
        var rows = await store.RunAsync("read verifiers", db => Task.WhenAll(places.Select(place => db.HashGetAsync(place, _row))));
        return [.. rows.Select(Read).OfType<KnownPerson>()];
    }

    /// <summary>Takes a person's verifier away.</summary>
    /// <param name="person">Whose.</param>
    /// <param name="age">How long ago the directory refused them.</param>
    /// <returns>True when there was one.</returns>
    public async Task<bool> DropAsync(PersonId person, TimeSpan age = default)
    {
        var (tenant, name) = (TenantOf(person), NameOf(person));
        return 1 == (int)await store.RunScriptAsync(_drop, [keys.Verifier(tenant, name), keys.Verifiers(tenant)], [(long)_memoryOfRefusals.TotalMilliseconds, name, (long)age.TotalMilliseconds]);
    }

    /// <summary>Takes every verifier of a tenant away; how many there were.</summary>
    public async Task<long> DropAllAsync(TenantId tenant)
    {
        for (var count = 0L; ;)
        {
            var names = await store.RunAsync("read verifiers", db => db.SortedSetRangeByRankAsync(keys.Verifiers(tenant), 0, Batch - 1));
            if (names.Length == 0) return count;
            count += await store.RunAsync("drop verifiers", db => db.KeyDeleteAsync([.. names.Select(name => keys.Verifier(tenant, name.ToString()))]));
            await store.RunAsync("drop verifiers", db => db.SortedSetRemoveAsync(keys.Verifiers(tenant), names));
        }
    }

    private static TenantId TenantOf(PersonId person) => new(person.Value.Split('/', 2)[0]);

    private static string NameOf(PersonId person) => NameOf(person.Value[(person.Value.IndexOf('/', StringComparison.Ordinal) + 1)..]);

    // The whole login: jean@a.fr and jean@b.fr may be two people of one tenant.
    private static string NameOf(string login) => LockoutStore.Digest(TextForms.Fold(login));

    // What a verifier was made of: another mark, another password, or another way of making it.
    private static string Mark(DirectoryPerson person) => $"{PasswordVerifier.PresentKind} {PasswordVerifier.PresentRounds} {person.PasswordSet}";

    private static string Write(DirectoryPerson person) => JsonSerializer.Serialize(
        new StoredPerson(Version, person.Id.Value, person.Tenant.Value, person.Login, person.Account, person.DisplayName, [.. person.Groups], person.Settings.ToDictionary()),
        VerifierJson.Default.StoredPerson);

    private static string Write(PasswordVerifier verifier) => JsonSerializer.Serialize(verifier, VerifierJson.Default.PasswordVerifier);

    // A shape that this broker cannot read lets nobody in, and is replaced at the next full sign-in.
    private static KnownPerson? Read(RedisValue[] row)
    {
        if (row[0].IsNull || row[1].IsNull) return null;
        try
        {
            return JsonSerializer.Deserialize(row[0].ToString(), VerifierJson.Default.StoredPerson) is { Version: Version } stored
                && JsonSerializer.Deserialize(row[1].ToString(), VerifierJson.Default.PasswordVerifier) is { } verifier
                ? new KnownPerson(
                    new DirectoryPerson(new PersonId(stored.Person), new TenantId(stored.Tenant), stored.Login, stored.DisplayName, [.. stored.Groups])
                    {
                        Account = stored.Account,
                        Settings = stored.Settings.ToImmutableDictionary(),
                    },
                    verifier)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>The stored shape, version 2; the verifier stands beside it, so that each can be written without the other.</summary>
internal sealed record StoredPerson(
    [property: JsonPropertyName("v")] int Version,
    [property: JsonPropertyName("person")] string Person,
    [property: JsonPropertyName("tenant")] string Tenant,
    [property: JsonPropertyName("login")] string Login,
    [property: JsonPropertyName("account")] string Account,
    [property: JsonPropertyName("name")] string DisplayName,
    [property: JsonPropertyName("groups")] IReadOnlyList<string> Groups,
    [property: JsonPropertyName("settings")] Dictionary<string, string> Settings);

[JsonSourceGenerationOptions(RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(StoredPerson))]
[JsonSerializable(typeof(PasswordVerifier))]
internal sealed partial class VerifierJson : JsonSerializerContext;
