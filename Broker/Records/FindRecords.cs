using System.Collections.Immutable;
using VdiBroker.Directory;
using VdiBroker.Kernel;
using VdiBroker.Rpc;
using VdiBroker.Tenancy;
using VdiBroker.Trust;

namespace VdiBroker.Records;

/// <summary>A record that was found.</summary>
/// <param name="Id">Which.</param>
/// <param name="Course">What was noted.</param>
internal sealed record FoundRecord(RecordId Id, Course Course);

/// <summary>Finds the records of a person, a station, a reference, a session, or of a name that no directory knows, by one text: whatever it may be is looked for.</summary>
internal sealed class FindRecords(RecordStore records, TenantCatalogue tenants)
{
    private const int Piece = 50;

    /// <summary>The newest records that fit and that the operator may read, newest first. As if there were no others.</summary>
    /// <param name="text">As somebody types it or reads it out: <c>amelie</c>, <c>drancy/amelie</c>, a station, eight characters of a reference, a session, the number of a sign-in.</param>
    /// <param name="last">How many at most, from 1.</param>
    /// <param name="asking">Who asks.</param>
    /// <exception cref="Storage.StoreOutOfReachException">The store is out of reach.</exception>
    public async Task<ImmutableArray<FoundRecord>> RunAsync(string text, int last, Operator asking)
    {
        var named = text.Trim();
        if (named.Length is 0 or > ExplainOpening.LongestText) return [];
        // A station serves several towns: however many newer records of others there are, the last one of a list may be the first that the operator may read.
        var most = asking.IsOfAll ? last : RecordStore.MostOfOne;
        var lists = await Task.WhenAll(KeysOf(named).Select(key => records.FindAsync(key, most)));
        var ids = lists.SelectMany(list => list).ToHashSet();
        if (named.All(char.IsAsciiDigit)) ids.Add(new RecordId(named));
        if (References.IsOne(named)) ids.Add(RecordId.Of(named.ToLowerInvariant()));
        var found = new List<FoundRecord>();
        // In pieces: sign-ins go by the same connection.
        foreach (var piece in ids.Chunk(Piece))
            found.AddRange(from one in await Task.WhenAll(piece.Select(async id => (id, course: await records.ReadAsync(id)))) where one.course is { } course && asking.MayRead(course.Person?.Tenant) select new FoundRecord(one.id, one.course!));
        return Newest([.. found.OrderByDescending(one => one.Course.Began)], last);
    }

    // It takes no password to type somebody's name without end: that must not hide what they did themselves. While there is anything else, tries take every other place at most.
    private static ImmutableArray<FoundRecord> Newest(ImmutableArray<FoundRecord> found, int last)
    {
        var tries = Math.Max(last - found.Count(one => !one.Id.IsOfTry), (last + 1) / 2);
        return [.. found.Where(one => !one.Id.IsOfTry || tries-- > 0).Take(last)];
    }

    private IEnumerable<RecordKey> KeysOf(string text)
    {
        if (References.IsOne(text)) yield return RecordKey.OfReference(text);
        if (PeerName.IsName(text))
        {
            var station = new StationId(text);
            yield return RecordKey.Of(station);
            yield return RecordKey.OfTries(station);
            yield return RecordKey.OfVisits(station);
        }
        yield return RecordKey.Of(new SessionId(text));
        var people = tenants.Tenants.Keys.Select(tenant => PersonId.Of(tenant, LoginName.Parse(text)?.Bare ?? text));
        foreach (var person in text.Contains('/', StringComparison.Ordinal) ? people.Prepend(new PersonId(text)) : people)
        {
            yield return RecordKey.Of(person);
            yield return RecordKey.OfTries(person);
        }
        yield return RecordKey.OfUnknownName(text);
    }
}
