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
    private const int Version = 1;
    private const int Batch = 500;
    private static readonly Script _keep = new("keep_verifier");
    private static readonly Script _drop = new("drop_verifier");

    /// <summary>Keeps a verifier for <paramref name="life"/>.</summary>
    /// <param name="known">Whose.</param>
    /// <param name="age">How long ago the directory took the password.</param>
    /// <param name="life">How long it may be used.</param>
    /// <returns>False: the directory refused the person meanwhile.</returns>
    public async Task<bool> KeepAsync(KnownPerson known, TimeSpan age, TimeSpan life)
    {
        var name = NameOf(known.Person.Id);
        return 1 == (int)await store.RunScriptAsync(_keep, [keys.Verifier(known.Person.Tenant, name), keys.Verifiers(known.Person.Tenant)],
            [Write(known), (long)age.TotalMilliseconds, (long)life.TotalMilliseconds, name]);
    }

    /// <summary>True when the person's verifier is younger than <paramref name="age"/> and made as new ones are.</summary>
    public async Task<bool> IsFreshAsync(PersonId person, TimeSpan age)
    {
        var key = keys.Verifier(TenantOf(person), NameOf(person));
        var row = await store.RunAsync("read verifier", db => db.HashGetAsync(key, ["body", "made"]));
        if (row[0].IsNull || Read(row[0]) is not { Verifier.IsPresent: true } known || known.Person.Id != person) return false;
        return DateTimeOffset.UtcNow - DateTimeOffset.FromUnixTimeMilliseconds((long)row[1]) < age;
    }

    /// <summary>Everybody whom one of these tenants knows by this name; in one round trip.</summary>
    public async Task<ImmutableArray<KnownPerson>> FindAsync(LoginName login, IReadOnlyCollection<TenantId> tenants)
    {
        var name = LockoutStore.NameOf(login);
        var rows = await store.RunAsync("read verifiers", db => Task.WhenAll(tenants.Select(tenant => db.HashGetAsync(keys.Verifier(tenant, name), "body"))));
        return [.. rows.Where(row => !row.IsNull).Select(Read).OfType<KnownPerson>()];
    }

    /// <summary>Takes a person's verifier away.</summary>
    /// <returns>True when there was one.</returns>
    public async Task<bool> DropAsync(PersonId person)
    {
        var (tenant, name) = (TenantOf(person), NameOf(person));
        return 1 == (int)await store.RunScriptAsync(_drop, [keys.Verifier(tenant, name), keys.Verifiers(tenant)], [(long)_memoryOfRefusals.TotalMilliseconds, name]);
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

    private static string NameOf(PersonId person) => LockoutStore.NameOf(person.Value[(person.Value.IndexOf('/', StringComparison.Ordinal) + 1)..]);

    private static string Write(KnownPerson known) => JsonSerializer.Serialize(
        new StoredVerifier(Version, known.Person.Id.Value, known.Person.Tenant.Value, known.Person.Login, known.Person.Account, known.Person.DisplayName,
            [.. known.Person.Groups], known.Person.Settings.ToDictionary(), known.Verifier),
        VerifierJson.Default.StoredVerifier);

    // A shape that this broker cannot read lets nobody in, and is replaced at the next full sign-in.
    private static KnownPerson? Read(RedisValue json)
    {
        try
        {
            return JsonSerializer.Deserialize(json.ToString(), VerifierJson.Default.StoredVerifier) is { Version: Version } stored
                ? new KnownPerson(
                    new DirectoryPerson(new PersonId(stored.Person), new TenantId(stored.Tenant), stored.Login, stored.DisplayName, [.. stored.Groups])
                    {
                        Account = stored.Account,
                        Settings = stored.Settings.ToImmutableDictionary(),
                    },
                    stored.Verifier)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>The stored shape, version 1.</summary>
internal sealed record StoredVerifier(
    [property: JsonPropertyName("v")] int Version,
    [property: JsonPropertyName("person")] string Person,
    [property: JsonPropertyName("tenant")] string Tenant,
    [property: JsonPropertyName("login")] string Login,
    [property: JsonPropertyName("account")] string Account,
    [property: JsonPropertyName("name")] string DisplayName,
    [property: JsonPropertyName("groups")] IReadOnlyList<string> Groups,
    [property: JsonPropertyName("settings")] Dictionary<string, string> Settings,
    [property: JsonPropertyName("verifier")] PasswordVerifier Verifier);

[JsonSourceGenerationOptions(RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(StoredVerifier))]
internal sealed partial class VerifierJson : JsonSerializerContext;
