using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using VdiBroker.Kernel;
using VdiBroker.Tenancy;

namespace VdiBroker.Profiles;

/// <summary>How to import.</summary>
/// <param name="By">Who imports, and from what; goes into each history.</param>
/// <param name="DryRun">Say what would be, and change nothing.</param>
internal sealed record ImportOrder(string By, bool DryRun);

/// <summary>What became of a line.</summary>
internal enum LineVerdict
{
    /// <summary>It changed something, or would.</summary>
    Accepted,

    /// <summary>All was so already.</summary>
    Unchanged,

    /// <summary>It changed nothing; it goes to the rejects.</summary>
    Refused,

    /// <summary>Further bytes of the refused line before it.</summary>
    More,
}

/// <summary>One line of the report.</summary>
/// <param name="Line">Of the file, from 1.</param>
/// <param name="Person">As far as it is known.</param>
/// <param name="Verdict">What became of it.</param>
/// <param name="Words">What changed; or what is wrong and what to do.</param>
/// <param name="Raw">The line's very bytes.</param>
internal sealed record ReportLine(int Line, string Person, LineVerdict Verdict, string Words, ReadOnlyMemory<byte> Raw);

/// <summary>Imports a file of profiles line by line: each is accepted or refused alone, and one that is refused stops no other.</summary>
internal sealed class ImportProfiles(ProfileStore profiles, TenantCatalogue tenants)
{
    // Lines whose profiles are read in one round trip and changed side by side.
    private const int Batch = 256;

    /// <summary>Imports. Of the file only some lines are in memory at once, and the ids of the persons seen.</summary>
    /// <returns>The report, in the file's order.</returns>
    /// <exception cref="Storage.StoreOutOfReachException">Redis did not answer: what was reported is done, and the file may be imported again.</exception>
    /// <exception cref="IOException">The file cannot be read on.</exception>
    public async IAsyncEnumerable<ReportLine> RunAsync(TransferFile file, ImportOrder order, [EnumeratorCancellation] CancellationToken cancel)
    {
        var seen = new Dictionary<PersonId, int>();
        foreach (var batch in file.Records.Chunk(Batch))
        {
            cancel.ThrowIfCancellationRequested();
            var checkedRecords = batch.Select(record => (record, verdict: Check(record, seen, out var person), person)).ToList();
            var rows = (await profiles.ReadAsync(checkedRecords.Where(one => one.verdict is null).Select(one => one.person))).GetEnumerator();
            var acts = checkedRecords.Select(one => one.verdict is { } told ? Task.FromResult(told) : ActAsync((TransferRecord.Row)one.record, one.person, Next(ref rows), order)).ToList();
            foreach (var act in acts) yield return await act;
        }
    }

    private static ProfileRow Next(ref ImmutableArray<ProfileRow>.Enumerator rows)
    {
        rows.MoveNext();
        return rows.Current;
    }

    // Null = it can be tried.
    private ReportLine? Check(TransferRecord record, Dictionary<PersonId, int> seen, out PersonId person)
    {
        person = default;
        switch (record)
        {
            case TransferRecord.More more:
                return new ReportLine(more.Line, "", LineVerdict.More, "", more.Raw);
            case TransferRecord.Bad bad:
                return new ReportLine(bad.Line, bad.Person, LineVerdict.Refused, bad.Why, bad.Raw);
        }
        var row = (TransferRecord.Row)record;
        if (PersonName.Read(row.Person, tenants.Tenants.Keys, out var fault) is not { } known) return new ReportLine(row.Line, row.Person, LineVerdict.Refused, fault!, row.Raw);
        person = known;
        var kept = PersonName.Kept(known);
        return seen.TryAdd(kept, row.Line) ? null
            : new ReportLine(row.Line, row.Person, LineVerdict.Refused, $"the person stands in line {seen[kept]} already: put both into one", row.Raw);
    }

    private async Task<ReportLine> ActAsync(TransferRecord.Row row, PersonId person, ProfileRow stored, ImportOrder order)
    {
        var outcome = order.DryRun && stored.Profile is { } profile
            ? Tried(ProfileChanges.Decide(profile, row.Wish))
            : await profiles.ChangeAsync(person, stored, new ChangeAuthor(ChangeOrigin.Import, order.By), current => Task.FromResult(ProfileChanges.Decide(current, row.Wish)));
        var kept = ChangeWords.Kept(person);
        return outcome switch
        {
            ChangeOutcome.Changed(_, var changes) => new ReportLine(row.Line, row.Person, LineVerdict.Accepted, $"{(kept is null ? "" : kept + "; ")}{ChangeWords.Of(changes)}", row.Raw),
            ChangeOutcome.Refused(var faults) => new ReportLine(row.Line, row.Person, LineVerdict.Refused, string.Join("; ", faults), row.Raw),
            _ => new ReportLine(row.Line, row.Person, LineVerdict.Unchanged, kept ?? "", row.Raw),
        };
    }

    private static ChangeOutcome Tried(ChangeDecision decision) => decision switch
    {
        ChangeDecision.Change(var next, var changes) => new ChangeOutcome.Changed(next.Revision, changes),
        ChangeDecision.Refuse(var faults) => new ChangeOutcome.Refused(faults),
        _ => new ChangeOutcome.Unchanged(),
    };
}

/// <summary>Changes in words for operators.</summary>
internal static class ChangeWords
{
    /// <summary><c>keyboard: us → fr(bepo); volume: 10 → not chosen</c>.</summary>
    public static string Of(IEnumerable<SettingChange> changes) =>
        string.Join("; ", changes.Select(change => $"{change.Setting}: {change.Old ?? "not chosen"} → {change.New ?? "not chosen"}"));

    /// <summary><c>kept as drancy/amelie</c>; null where that is how the person was written.</summary>
    public static string? Kept(PersonId written) => PersonName.Kept(written) is var kept && kept != written ? $"kept as {kept}" : null;
}
