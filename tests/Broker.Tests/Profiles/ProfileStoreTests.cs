using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using VdiBroker.Directory;
using VdiBroker.Kernel;
using VdiBroker.Storage;
using Xunit;

namespace VdiBroker.Broker.Tests.Storage;

[Collection(RedisCollection.Name)]
public sealed class ProfileStoreTests(RedisFixture redis)
{
    private static readonly TenantId _drancy = new("drancy");
    private static readonly DirectoryPerson _amelie = new(PersonId.Of(_drancy, "amelie"), _drancy, "amelie", "Amélie", ["agents"]);
    private static readonly ImmutableArray<ProfileRule> _rules = [new(_drancy, "agents", "be", null, new ScreenSize(1280, 800))];
    private static readonly ImmutableArray<PoolId> _office = [new("bureau")];

    [Fact]
    public async Task The_first_profile_comes_from_the_rules_and_stays_when_the_rules_change()
    {
        var (store, _) = Fresh("profiles1");
        var made = await store.ReadAsync(_amelie, _rules, _office);
        Assert.Equal(("be", "fr", new ScreenSize(1280, 800)), (made.Keyboard, made.Language, made.Screen));
        var later = await store.ReadAsync(_amelie, [new(_drancy, null, "us", "en", null)], _office);
        Assert.Equal(("be", "fr"), (later.Keyboard, later.Language));
    }

    [Fact]
    public async Task What_may_be_opened_follows_the_directory()
    {
        var (store, _) = Fresh("profiles2");
        await store.ReadAsync(_amelie, _rules, _office);
        await store.ReadAsync(_amelie, _rules, [new("elus")]);
        Assert.Equal([new PoolId("elus")], (await store.ReadAsync(_amelie, _rules, [new("elus")])).Pools.ToArray());
    }

    [Fact]
    public async Task The_last_host_is_kept()
    {
        var (store, _) = Fresh("profiles3");
        await store.ReadAsync(_amelie, _rules, _office);
        await store.NoteHostAsync(_amelie.Id, new HostId("blade2"));
        Assert.Equal(new HostId("blade2"), (await store.ReadAsync(_amelie, _rules, _office)).LastHost);
    }

    [Theory]
    [InlineData("""{"v":2,"anything":"newer"}""")]
    [InlineData("not json")]
    [InlineData("""{"v":1}""")]
    public async Task A_shape_that_cannot_be_read_is_left_as_it_is(string stored)
    {
        var (store, keys) = Fresh("profiles4");
        await redis.Store.RunAsync("plant", db => db.StringSetAsync(keys.Profile(_amelie.Id), stored));
        Assert.Equal("be", (await store.ReadAsync(_amelie, _rules, _office)).Keyboard);
        await store.NoteHostAsync(_amelie.Id, new HostId("blade2"));
        Assert.Equal(stored, (string?)await redis.Store.RunAsync("look", db => db.StringGetAsync(keys.Profile(_amelie.Id))));
    }

    private (ProfileStore Store, KeySpace Keys) Fresh(string farm)
    {
        var keys = new KeySpace(farm);
        return (new ProfileStore(redis.Store, keys, NullLogger<ProfileStore>.Instance), keys);
    }
}
