using System.Collections.Immutable;
using CsCheck;
using VdiBroker.Kernel;
using VdiBroker.Profiles;
using Xunit;

namespace VdiBroker.Domain.Tests.Profiles;

public sealed class ProfileChangesTests
{
    private static readonly ChangeAuthor Admin = new(ChangeOrigin.Admin, "root");

    [Fact]
    public void A_wish_sets_and_drops_choices_and_leaves_the_rest()
    {
        var profile = PersonalProfile.Empty with { Choices = Drawn.Of(("keyboard", "us"), ("volume", "10"), ("newer", "x")) };
        var change = Assert.IsType<ChangeDecision.Change>(Wish(profile, ("keyboard", "bépo"), ("Text-Size", "1,5"), ("volume", "-")));
        Assert.Equal([new SettingChange("keyboard", "us", "fr(bepo)"), new SettingChange("text_size", null, "1.5"), new SettingChange("volume", "10", null)], change.Changes.ToArray());
        Assert.Equal(Drawn.Of(("keyboard", "fr(bepo)"), ("text_size", "1.5"), ("newer", "x")), change.Next.Choices);
        Assert.Equal(1, change.Next.Revision);
        Assert.IsType<ChangeDecision.Nothing>(Wish(change.Next, ("keyboard", "fr(BEPO)"), ("volume", "-")));
    }

    [Theory]
    [InlineData("keybord", "us", "did you mean 'keyboard'?")]
    [InlineData("colour", "red", "there are keyboard, language")]
    [InlineData("printers", "lp1", "decided by the place")]
    [InlineData("volume", "loud", "volume: 'loud' must be")]
    public void One_fault_and_nothing_is_changed(string name, string text, string says) =>
        Assert.Contains(says, Assert.Single(Assert.IsType<ChangeDecision.Refuse>(Wish(PersonalProfile.Empty, ("keyboard", "us"), (name, text))).Faults), StringComparison.Ordinal);

    [Fact]
    public void Undoing_restores_what_stood_before()
    {
        var (profile, history) = Play(("keyboard", "us"), ("volume", "10"), ("keyboard", "de"));
        var undone = Assert.IsType<ChangeDecision.Change>(ProfileChanges.Undo(profile, 3, history, force: false));
        Assert.Equal((4, "us"), (undone.Next.Revision, undone.Next.Choices["keyboard"]));
        Assert.Equal(Drawn.Of(("keyboard", "de")), Assert.IsType<ChangeDecision.Change>(ProfileChanges.Undo(profile, 2, history, force: false)).Next.Choices);
    }

    [Fact]
    public void What_was_changed_again_since_is_undone_only_by_force()
    {
        var (profile, history) = Play(("keyboard", "us"), ("volume", "10"), ("keyboard", "de"));
        Assert.Equal("keyboard was changed again since by entry 3: it is de now, entry 1 made it us; undo that first, or force",
            Assert.Single(Assert.IsType<ChangeDecision.Refuse>(ProfileChanges.Undo(profile, 1, history, force: false)).Faults));
        Assert.Equal(Drawn.Of(("volume", "10")), Assert.IsType<ChangeDecision.Change>(ProfileChanges.Undo(profile, 1, history, force: true)).Next.Choices);
        Assert.Equal("there is no entry 9; kept are 1 to 3", Assert.Single(Assert.IsType<ChangeDecision.Refuse>(ProfileChanges.Undo(profile, 9, history, force: true)).Faults));
        Assert.Contains("no history", Assert.Single(Assert.IsType<ChangeDecision.Refuse>(ProfileChanges.Undo(profile, 1, [], force: false)).Faults), StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_changed_and_has_come_back_since_is_undone_only_by_force()
    {
        var (profile, history) = Play(("keyboard", "us"), ("keyboard", "de"), ("keyboard", "us"));
        Assert.Contains("changed again since by entry 3", Assert.Single(Assert.IsType<ChangeDecision.Refuse>(ProfileChanges.Undo(profile, 1, history, force: false)).Faults), StringComparison.Ordinal);
        Assert.Empty(Assert.IsType<ChangeDecision.Change>(ProfileChanges.Undo(profile, 1, history, force: true)).Next.Choices);
    }

    [Fact]
    public void Of_two_entries_of_one_number_the_newer_is_undone()
    {
        var (profile, again) = Play(("volume", "10"), ("volume", "20"));
        // A broker of version 1 rewrote the profile: what was before has the same numbers.
        var history = Play(("keyboard", "us"), ("volume", "70")).History.AddRange(again);
        Assert.Equal("20", profile.Choices["volume"]);
        Assert.Equal([new SettingChange("volume", "20", "10")], Assert.IsType<ChangeDecision.Change>(ProfileChanges.Undo(profile, 2, history, force: false)).Changes.ToArray());
    }

    [Fact]
    public void Undoing_every_entry_from_the_last_to_the_first_ends_where_it_began() =>
        Gen.Select(Pick.From("keyboard", "language", "volume"), Pick.From("us", "fr", "10", "-", "en")).Array[0, 12].Sample(steps =>
        {
            var (profile, history) = Play(steps);
            foreach (var entry in history.Reverse())
            {
                var undone = Assert.IsType<ChangeDecision.Change>(ProfileChanges.Undo(profile, entry.Number, history, force: false));
                profile = undone.Next;
                history = history.Add(new HistoryEntry(profile.Revision, DateTimeOffset.UnixEpoch, new ChangeAuthor(ChangeOrigin.Undo, "root"), undone.Changes));
            }
            Assert.Empty(profile.Choices);
        });

    [Fact]
    public void Of_version_1_only_what_no_rule_gives_now_was_chosen()
    {
        var was = PersonalProfile.Empty with { Undecided = Drawn.Of(("keyboard", "be"), ("language", "fr"), ("screen", "1280x800")) };
        var given = ProfileMerge.Merge(new SettingSources(Drawn.Person(Drawn.Drancy, []), Drawn.Of(), Drawn.Of(), [Drawn.Rule(1, null, ("keyboard", "be"))], null));
        var (next, changes) = ProfileChanges.Settle(was, given);
        Assert.Equal([new SettingChange("screen", null, "1280x800")], changes.ToArray());
        Assert.Equal(Drawn.Of(("screen", "1280x800")), next.Choices);
        Assert.Null(next.Undecided);
    }

    [Fact]
    public void A_choice_made_before_version_1_is_decided_is_newer()
    {
        var was = PersonalProfile.Empty with { Undecided = Drawn.Of(("keyboard", "be"), ("language", "en")) };
        var change = Assert.IsType<ChangeDecision.Change>(Wish(was, ("keyboard", "us")));
        Assert.Equal([new SettingChange("keyboard", "be", "us")], change.Changes.ToArray());
        var (next, _) = ProfileChanges.Settle(change.Next, ProfileMerge.Merge(new SettingSources(Drawn.Person(Drawn.Drancy, []), Drawn.Of(), Drawn.Of(), [], null)));
        Assert.Equal(Drawn.Of(("keyboard", "us"), ("language", "en")), next.Choices);
        Assert.Equal(Drawn.Of(("keyboard", "be")), Assert.IsType<ChangeDecision.Change>(Wish(was, ("keyboard", "be"))).Next.Choices);
    }

    [Theory]
    [InlineData("drancy/amelie.durand", null)]
    [InlineData("amelie", "a person is written tenant/login")]
    [InlineData("/amelie", "a person is written tenant/login")]
    [InlineData("drancie/amelie", "did you mean 'drancy'?")]
    [InlineData("elsewhere/amelie", "(tenants: drancy, dugny)")]
    [InlineData("drancy/", "the login is empty")]
    [InlineData("drancy/ amelie", "blanks around it")]
    [InlineData("drancy/ame\nlie", "control character")]
    public void A_person_is_read_or_refused_with_what_to_do(string text, string? says)
    {
        var person = PersonName.Read(text, [Drawn.Drancy, Drawn.Dugny], out var fault);
        Assert.Equal(says is null, person is not null);
        if (says is not null) Assert.Contains(says, fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("drancy/Amelie.DURAND", "drancy/amelie.durand")]
    [InlineData("drancy/Ame\u0301lie", "drancy/amélie")]
    [InlineData("drancy/a/B", "drancy/a/b")]
    public void Every_spelling_of_a_login_is_kept_as_one(string written, string kept) => Assert.Equal(kept, PersonName.Kept(new PersonId(written)).Value);

    [Fact]
    public void What_a_person_is_kept_as_can_be_read_and_is_kept_as_itself() =>
        Gen.OneOf(Gen.String[1, 40], Gen.Char['\u00a0', '\ufffd'].Array[1, 20].Select(letters => new string(letters))).Where(login => PersonName.Read($"drancy/{login}", [Drawn.Drancy], out _) is not null).Sample(login =>
        {
            var kept = PersonName.Kept(new PersonId($"drancy/{login}"));
            Assert.Equal(kept, PersonName.Read(kept.Value, [Drawn.Drancy], out _));
            Assert.Equal(kept, PersonName.Kept(kept));
        });

    [Theory]
    [InlineData("drancy/amelie", "drancy", "amelie")]
    [InlineData("drancy/a/b", "drancy", "a/b")]
    [InlineData("drancy/", "drancy", "")]
    public void An_id_has_a_tenant_and_a_login(string id, string tenant, string login) =>
        Assert.Equal((new TenantId(tenant), login), (new PersonId(id).Tenant, new PersonId(id).Login));

    private static ChangeDecision Wish(PersonalProfile profile, params (string Name, string Text)[] wish) =>
        ProfileChanges.Decide(profile, wish.Select(one => KeyValuePair.Create(one.Name, one.Text)));

    private static (PersonalProfile Profile, ImmutableArray<HistoryEntry> History) Play(params (string Name, string Text)[] steps)
    {
        var (profile, history) = (PersonalProfile.Empty, new List<HistoryEntry>());
        foreach (var step in steps)
        {
            if (Wish(profile, step) is not ChangeDecision.Change(var next, var changes)) continue;
            profile = next;
            history.Add(new HistoryEntry(next.Revision, DateTimeOffset.UnixEpoch, Admin, changes));
        }
        return (profile, [.. history]);
    }
}
