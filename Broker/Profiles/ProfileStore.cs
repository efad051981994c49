using System.Collections.Immutable;
using StackExchange.Redis;
using VdiBroker.Kernel;
using VdiBroker.Storage;

namespace VdiBroker.Profiles;

/// <summary>A profile as it was read.</summary>
/// <param name="Text">The very text: a change is kept only while it still stands there. Empty = none.</param>
/// <param name="Profile">Null when it is of a shape that this broker cannot read: it is left as it is.</param>
internal sealed record ProfileRow(string Text, PersonalProfile? Profile)
{
    /// <summary>Reads what the store has.</summary>
    public static ProfileRow Of(RedisValue stored) => new(stored.ToString(), ProfileText.Read(stored.ToString()));
}

/// <summary>What came of a change. One of the nested cases.</summary>
internal abstract record ChangeOutcome
{
    private ChangeOutcome()
    {
    }

    /// <summary>It is kept, with a line in the history.</summary>
    public sealed record Changed(long Entry, ImmutableArray<SettingChange> Changes) : ChangeOutcome;

    /// <summary>All was so already.</summary>
    public sealed record Unchanged : ChangeOutcome;

    /// <summary>Nothing is changed, for these reasons.</summary>
    public sealed record Refused(ImmutableArray<string> Faults) : ChangeOutcome;
}

/// <summary>Profiles and their histories in Redis. A change is decided here and kept by a script only if nothing has changed meanwhile; else it is decided anew.</summary>
internal sealed class ProfileStore(RedisStore store, KeySpace keys)
{
    /// <summary>Lines kept of each person's history.</summary>
    public const int HistoryKept = 200;

    private const string Unreadable = "the stored profile is of a shape that this broker cannot read; it is left as it is. Was it written by a newer broker?";
    private const int Attempts = 16;
    private static readonly Script _change = new("change_profile");

    /// <summary>One person's profile, by any spelling of their login.</summary>
    public async Task<ProfileRow> ReadAsync(PersonId person) => (await ReadAsync([person]))[0];

    /// <summary>Many people's profiles, in their order, in one round trip; in two while some are kept under the spelling that an older broker used.</summary>
    public async Task<ImmutableArray<ProfileRow>> ReadAsync(IEnumerable<PersonId> people)
    {
        var wanted = people.Select(person => (Kept: PersonName.Kept(person), Exact: person)).ToArray();
        if (wanted is []) return [];
        var rows = await GetAsync([.. wanted.Select(one => one.Kept)]);
        int[] older = [.. Enumerable.Range(0, wanted.Length).Where(n => rows[n].IsNull && wanted[n].Kept != wanted[n].Exact)];
        if (older is not [])
            foreach (var (n, row) in older.Zip(await GetAsync([.. older.Select(n => wanted[n].Exact)]))) rows[n] = row;
        return [.. rows.Select(ProfileRow.Of)];
    }

    /// <summary>Everybody who has a profile, each once, in ordinal order of what they are kept as. Walks through all keys.</summary>
    public async Task<ImmutableArray<PersonId>> PeopleAsync(CancellationToken cancel)
    {
        // Of several spellings the kept one is first, then any that an older broker left.
        var spellings = (await store.KeysAsync("list profiles", keys.Profiles, cancel)).Select(keys.ProfileOwner).GroupBy(PersonName.Kept);
        return [.. spellings.OrderBy(same => same.Key.Value, StringComparer.Ordinal).Select(same => same.Contains(same.Key) ? same.Key : same.MinBy(person => person.Value, StringComparer.Ordinal))];
    }

    /// <summary>A person's history, the oldest line first.</summary>
    public async Task<ImmutableArray<HistoryEntry>> HistoryAsync(PersonId person)
    {
        var kept = PersonName.Kept(person);
        var lines = await LinesAsync(kept);
        // A history goes with its profile: where that is still under the older spelling, it is too.
        if (lines is [] && kept != person && (await GetAsync([kept]))[0].IsNull) lines = await LinesAsync(person);
        return [.. lines.Select(line => HistoryText.Read(line.ToString())).OfType<HistoryEntry>()];
    }

    /// <summary>Changes a profile: <paramref name="decide"/> is asked again whenever somebody else was faster, so that changes of different settings all stay.</summary>
    /// <param name="person">Whose.</param>
    /// <param name="row">As it was read; perhaps not what it is now.</param>
    /// <param name="author">Who changes it.</param>
    /// <param name="decide">From the profile as it is; asked at least once.</param>
    /// <exception cref="StoreOutOfReachException">Redis did not answer, or the profile changed faster than it could be read.</exception>
    public async Task<ChangeOutcome> ChangeAsync(PersonId person, ProfileRow row, ChangeAuthor author, Func<PersonalProfile, Task<ChangeDecision>> decide)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (row.Profile is not { } profile) return new ChangeOutcome.Refused([Unreadable]);
            switch (await decide(profile))
            {
                case ChangeDecision.Nothing:
                    return new ChangeOutcome.Unchanged();
                case ChangeDecision.Refuse(var faults):
                    return new ChangeOutcome.Refused(faults);
                case ChangeDecision.Change(var next, var changes):
                    if (await KeepAsync(person, row, next, HistoryText.Write(next.Revision, author, changes)) is not { } newer) return new ChangeOutcome.Changed(next.Revision, changes);
                    row = newer;
                    break;
            }
        }
        throw new StoreOutOfReachException("change profile", new TimeoutException($"it was changed by others {Attempts} times while this change was made"));
    }

    /// <summary>Keeps a profile whose version 1 has been decided; somebody else who did so first was as right.</summary>
    public Task SettleAsync(PersonId person, ProfileRow row, PersonalProfile next, ImmutableArray<SettingChange> changes) =>
        KeepAsync(person, row, next, changes.IsEmpty ? null : HistoryText.Write(next.Revision, new ChangeAuthor(ChangeOrigin.Conversion, ""), changes));

    private Task<RedisValue[]> GetAsync(PersonId[] people) => store.RunAsync("read profiles", db => db.StringGetAsync([.. people.Select(keys.Profile)]));

    private Task<RedisValue[]> LinesAsync(PersonId person) => store.RunAsync("read history", db => db.ListRangeAsync(keys.ProfileHistory(person)));

    // Null = kept; else what stands there instead of what was read.
    private async Task<ProfileRow?> KeepAsync(PersonId person, ProfileRow row, PersonalProfile next, string? entry)
    {
        var kept = PersonName.Kept(person);
        RedisKey[] older = kept == person ? [] : [keys.Profile(person), keys.ProfileHistory(person)];
        var answer = (RedisResult[])(await store.CommitAsync(_change, [keys.Profile(kept), keys.ProfileHistory(kept), .. older],
            [row.Text, ProfileText.Write(next), HistoryKept, .. entry is null ? (RedisValue[])[] : [entry]]))!;
        return (int)answer[0] == 1 ? null : ProfileRow.Of((RedisValue)answer[1]);
    }
}
