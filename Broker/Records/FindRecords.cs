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
    /// <summary>The newest records that fit, newest first.</summary>
    /// <param name="text">As somebody types it or reads it out: <c>amelie</c>, <c>drancy/amelie</c>, a station, eight characters of a reference, a session, the number of a sign-in.</param>
    /// <param name="last">How many at most, from 1.</param>
    /// <exception cref="Storage.StoreOutOfReachException">The store is out of reach.</exception>
    public async Task<ImmutableArray<FoundRecord>> RunAsync(string text, int last)
    {
        var named = text.Trim();
        if (named.Length is 0 or > ExplainOpening.LongestText) return [];
        var lists = await Task.WhenAll(KeysOf(named).Select(key => records.FindAsync(key, last)));
        var ids = lists.SelectMany(list => list).ToHashSet();
        if (named.All(char.IsAsciiDigit)) ids.Add(new RecordId(named));
        var courses = await Task.WhenAll(ids.Select(async id => (id, course: await records.ReadAsync(id))));
        return [.. courses.Where(one => one.course is not null).Select(one => new FoundRecord(one.id, one.course!)).OrderByDescending(found => found.Course.Began).Take(last)];
    }

    private IEnumerable<RecordKey> KeysOf(string text)
    {
        if (References.IsOne(text)) yield return RecordKey.OfReference(text);
        if (PeerName.IsName(text)) yield return RecordKey.Of(new StationId(text));
        yield return RecordKey.Of(new SessionId(text));
        if (text.Contains('/', StringComparison.Ordinal)) yield return RecordKey.Of(new PersonId(text));
        foreach (var tenant in tenants.Tenants.Keys) yield return RecordKey.Of(PersonId.Of(tenant, LoginName.Parse(text)?.Bare ?? text));
        yield return RecordKey.OfUnknownName(text);
    }
}
