using VdiBroker.Broker.Tests.Storage;
using VdiBroker.Kernel;
using VdiBroker.Profiles;
using Xunit;

namespace VdiBroker.Broker.Tests.Profiles;

[Collection(RedisCollection.Name)]
public sealed class ProfileStoreTests(RedisFixture redis)
{
    private const string Version1 = """{"v":1,"tenant":"drancy","pools":["bureau"],"keyboard":"be","language":"fr","screen":"1280x800","lastHost":"blade2"}""";

    [Fact]
    public async Task Settings_follow_the_rules_and_a_sign_in_writes_nothing()
    {
        var room = new ProfileRoom(redis, ProfileRoom.Rule("agents", ("keyboard", "be"), ("screen", "1280x800")));
        var settings = await room.ReadAsync();
        Assert.Equal(("be", "fr", new ScreenSize(1280, 800)), (settings["keyboard"], settings["language"], settings.Screen));
        Assert.Equal("us", (await room.ReadAsync([ProfileRoom.Rule(null, ("keyboard", "us"))]))["keyboard"]);
        Assert.Null(await room.StoredAsync());
    }

    [Fact]
    public async Task A_choice_stays_when_the_rules_change_and_can_be_dropped()
    {
        var room = new ProfileRoom(redis, ProfileRoom.Rule(null, ("keyboard", "be")));
        Assert.Equal(1, Assert.IsType<ChangeOutcome.Changed>(await room.ChangeAsync(("keyboard", "bépo"), ("volume", "10"))).Entry);
        Assert.Equal("fr(bepo)", (await room.ReadAsync([ProfileRoom.Rule(null, ("keyboard", "us"))]))["keyboard"]);
        Assert.IsType<ChangeOutcome.Unchanged>(await room.ChangeAsync(("keyboard", "fr(bepo)")));
        Assert.IsType<ChangeOutcome.Refused>(await room.ChangeAsync(("volume", "20"), ("printers", "lp1")));
        await room.ChangeAsync(("keyboard", "-"));
        var settings = await room.ReadAsync();
        Assert.Equal(("be", "10"), (settings["keyboard"], settings["volume"]));
    }

    [Fact]
    public async Task Each_change_leaves_a_line_and_can_be_undone()
    {
        var room = new ProfileRoom(redis);
        var before = DateTimeOffset.UtcNow.AddMinutes(-1);
        await room.ChangeAsync(("keyboard", "us"), ("language", "en"));
        await room.ChangeAsync(("keyboard", "de"));
        Assert.IsType<ChangeOutcome.Refused>(await room.UndoAsync(1));
        Assert.IsType<ChangeOutcome.Changed>(await room.UndoAsync(2));
        var history = await room.Store.HistoryAsync(ProfileRoom.Amelie.Id);
        Assert.Equal([1, 2, 3], history.Select(entry => entry.Number));
        Assert.Equal([new SettingChange("keyboard", null, "us"), new SettingChange("language", null, "en")], history[0].Changes.ToArray());
        Assert.Equal((ChangeOrigin.Undo, "root", new SettingChange("keyboard", "de", "us")), (history[2].Author.Origin, history[2].Author.Name, history[2].Changes.Single()));
        Assert.All(history, entry => Assert.InRange(entry.When, before, DateTimeOffset.UtcNow.AddMinutes(1)));
        Assert.IsType<ChangeOutcome.Changed>(await room.UndoAsync(1));
        Assert.Empty((await room.Store.ReadAsync(ProfileRoom.Amelie.Id)).Profile!.Choices);
    }

    [Fact]
    public async Task Changes_of_different_settings_at_once_all_stay_each_with_its_line()
    {
        var room = new ProfileRoom(redis);
        (string, string)[] wishes = [("keyboard", "us"), ("language", "en"), ("screen", "800x600"), ("text_size", "2"), ("contrast", "high"), ("volume", "1")];
        await Task.WhenAll([.. wishes.Select(wish => room.ChangeAsync(wish))]);
        var profile = (await room.Store.ReadAsync(ProfileRoom.Amelie.Id)).Profile!;
        Assert.Equal((6, 6), (profile.Choices.Count, profile.Revision));
        Assert.Equal([1, 2, 3, 4, 5, 6], (await room.Store.HistoryAsync(ProfileRoom.Amelie.Id)).Select(entry => entry.Number));
    }

    [Fact]
    public async Task Of_a_profile_of_version_1_what_rules_give_was_not_chosen_and_nothing_else_is_lost()
    {
        var room = new ProfileRoom(redis, ProfileRoom.Rule(null, ("keyboard", "be")));
        await room.PlantAsync(Version1);
        var settings = await room.ReadAsync();
        Assert.Equal(("be", "fr", "1280x800"), (settings["keyboard"], settings["language"], settings["screen"]));
        Assert.Equal("us", (await room.ReadAsync([ProfileRoom.Rule(null, ("keyboard", "us"))]))["keyboard"]);
        Assert.Equal("""{"v":2,"rev":1,"own":{"screen":"1280x800"}}""", await room.StoredAsync());
        Assert.Equal(ChangeOrigin.Conversion, Assert.Single(await room.Store.HistoryAsync(ProfileRoom.Amelie.Id)).Author.Origin);
    }

    [Fact]
    public async Task A_profile_of_version_1_may_be_changed_before_its_person_signs_in()
    {
        var room = new ProfileRoom(redis);
        await room.PlantAsync(Version1);
        await room.ChangeAsync(("keyboard", "us"));
        Assert.Equal("""{"v":2,"rev":1,"own":{"keyboard":"us"},"v1":{"language":"fr","screen":"1280x800"}}""", await room.StoredAsync());
        Assert.Equal(("us", "1280x800"), ((await room.ReadAsync())["keyboard"], (await room.ReadAsync())["screen"]));
    }

    [Theory]
    [InlineData("""{"v":3,"anything":"newer"}""")]
    [InlineData("""{"v":2,"rev":1,"own":{"keyboard":null}}""")]
    [InlineData("not json")]
    [InlineData("""{"v":1}""")]
    [InlineData("null")]
    public async Task A_shape_that_cannot_be_read_is_left_as_it_is(string stored)
    {
        var room = new ProfileRoom(redis, ProfileRoom.Rule(null, ("keyboard", "be")));
        await room.PlantAsync(stored);
        Assert.Equal("be", (await room.ReadAsync())["keyboard"]);
        Assert.IsType<ChangeOutcome.Refused>(await room.ChangeAsync(("keyboard", "us")));
        Assert.Null(Assert.Single(await room.ExportedAsync()).Profile);
        Assert.Equal(stored, await room.StoredAsync());
    }

    [Fact]
    public async Task A_setting_that_only_a_newer_broker_knows_is_kept()
    {
        var room = new ProfileRoom(redis);
        await room.PlantAsync("""{"v":2,"rev":4,"own":{"colour":"red"}}""");
        await room.ChangeAsync(("keyboard", "us"));
        Assert.Equal("""{"v":2,"rev":5,"own":{"colour":"red","keyboard":"us"}}""", await room.StoredAsync());
    }

    [Fact]
    public async Task What_an_older_broker_kept_under_the_directorys_spelling_is_read_and_moves_with_its_history_at_the_next_change()
    {
        var room = new ProfileRoom(redis);
        var spelled = new PersonId("drancy/Amelie.Durand");
        var kept = new PersonId("drancy/amelie.durand");
        var entry = "1700000000000 " + HistoryText.Write(4, ProfileRoom.Admin, [new SettingChange("volume", null, "10")]);
        await redis.Store.RunAsync("plant", db => db.StringSetAsync(room.Keys.Profile(spelled), """{"v":2,"rev":4,"own":{"volume":"10"}}"""));
        await redis.Store.RunAsync("plant", db => db.ListRightPushAsync(room.Keys.ProfileHistory(spelled), entry));
        Assert.Equal(("10", 4), ((await room.Store.ReadAsync(spelled)).Profile!.Choices["volume"], Assert.Single(await room.Store.HistoryAsync(spelled)).Number));
        Assert.Equal(kept, Assert.Single(await room.ExportedAsync()).Person);
        Assert.Equal(5, Assert.IsType<ChangeOutcome.Changed>(await room.ChangeAsync(spelled, ("keyboard", "us"))).Entry);
        foreach (var spelling in (PersonId[])[spelled, kept, new("drancy/AMELIE.durand")])
        {
            Assert.Equal(["keyboard", "volume"], (await room.Store.ReadAsync(spelling)).Profile!.Choices.Keys.Order());
            Assert.Equal([4, 5], (await room.Store.HistoryAsync(spelling)).Select(line => line.Number));
        }
        Assert.False(await redis.Store.RunAsync("look", db => db.KeyExistsAsync(room.Keys.Profile(spelled))));
        Assert.False(await redis.Store.RunAsync("look", db => db.KeyExistsAsync(room.Keys.ProfileHistory(spelled))));
    }

    [Fact]
    public async Task The_history_is_bounded()
    {
        var room = new ProfileRoom(redis);
        for (var i = 0; i < ProfileStore.HistoryKept + 5; i++) await room.ChangeAsync(("volume", $"{i % 100}"));
        var history = await room.Store.HistoryAsync(ProfileRoom.Amelie.Id);
        Assert.Equal((ProfileStore.HistoryKept, 6), (history.Length, history[0].Number));
    }

    [Fact]
    public async Task Everybody_with_a_profile_is_found_whatever_their_login()
    {
        var room = new ProfileRoom(redis);
        PersonId[] people = [new("drancy/a:profile"), new("drancy/amélie,=\"x\""), new("drancy/person:*:profile"), new("dugny/b")];
        foreach (var person in people) await room.ChangeAsync(person, ("keyboard", "us"));
        Assert.Equal(people.OrderBy(person => person.Value, StringComparer.Ordinal), (await room.ExportedAsync()).Select(exported => exported.Person));
    }
}
