using System.Collections.Frozen;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using VdiBroker.Broker.Tests.Storage;
using VdiBroker.Directory;
using VdiBroker.Kernel;
using VdiBroker.Profiles;
using VdiBroker.Storage;
using VdiBroker.Tenancy;

namespace VdiBroker.Broker.Tests.Profiles;

/// <summary>The room on a real Redis, with a farm of its own.</summary>
internal sealed class ProfileRoom(RedisFixture redis, params ImmutableArray<ProfileRule> rules)
{
    public static readonly TenantId Drancy = new("drancy");
    public static readonly DirectoryPerson Amelie = new(PersonId.Of(Drancy, "amelie"), Drancy, "amelie", "Amélie", ["agents"]);
    public static readonly ChangeAuthor Admin = new(ChangeOrigin.Admin, "root");
    private static readonly TenantCatalogue _tenants = new(new Dictionary<TenantId, Tenant> { [Drancy] = new(Drancy, "Drancy"), [new("dugny")] = new(new("dugny"), "Dugny") }.ToFrozenDictionary());

    public KeySpace Keys { get; } = new($"profiles-{Guid.NewGuid():N}");

    public ProfileStore Store => new(redis.Store, Keys);

    public ImportProfiles Import => new(Store, _tenants);

    public static ProfileRule Rule(string? group, params (string Name, string Text)[] texts) => new(1, Drancy, group, texts.ToImmutableDictionary(text => text.Name, text => text.Text));

    public Task<MergedSettings> ReadAsync(ImmutableArray<ProfileRule>? changed = null) =>
        new ReadProfile(Store, new ProfileRulebook(changed ?? rules, []), NullLogger<ReadProfile>.Instance).RunAsync(new ProfileWanted(Amelie, ImmutableDictionary<string, string>.Empty, null), Store.ReadAsync(Amelie.Id));

    public Task<ChangeOutcome> ChangeAsync(params (string Name, string Text)[] wish) => ChangeAsync(Amelie.Id, wish);

    public Task<ChangeOutcome> ChangeAsync(PersonId person, params (string Name, string Text)[] wish) =>
        new ChangeProfile(Store).RunAsync(person, [.. wish.Select(one => KeyValuePair.Create(one.Name, one.Text))], Admin);

    public Task<ChangeOutcome> UndoAsync(long entry, bool force = false) => new UndoChange(Store).RunAsync(Amelie.Id, entry, force, "root");

    public async Task PlantAsync(string stored) => await redis.Store.RunAsync("plant", db => db.StringSetAsync(Keys.Profile(Amelie.Id), stored));

    public async Task<string?> StoredAsync() => await redis.Store.RunAsync("look", db => db.StringGetAsync(Keys.Profile(Amelie.Id)));

    public async Task<List<ExportedPerson>> ExportedAsync()
    {
        var people = new List<ExportedPerson>();
        await foreach (var person in new ExportProfiles(Store).RunAsync(CancellationToken.None)) people.Add(person);
        return people;
    }

    public async Task<List<ReportLine>> ImportAsync(TransferFile file, bool dryRun = false)
    {
        var lines = new List<ReportLine>();
        await foreach (var line in Import.RunAsync(file, new ImportOrder("test", dryRun), CancellationToken.None)) lines.Add(line);
        return lines;
    }
}
