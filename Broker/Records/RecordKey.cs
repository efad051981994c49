using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using VdiBroker.Directory;
using VdiBroker.Kernel;
using VdiBroker.Rpc;

namespace VdiBroker.Records;

/// <summary>Names a record.</summary>
/// <param name="Value">The number of its sign-in; of one that got none, the reference of its refusal.</param>
internal readonly record struct RecordId(string Value)
{
    /// <summary>Of a numbered sign-in.</summary>
    public static RecordId Of(long serial) => new(serial.ToString(CultureInfo.InvariantCulture));

    /// <summary>Of a try that got no number.</summary>
    public static RecordId Of(string reference) => new(reference);

    /// <summary>A try that got no number, so its reference names it. Numbers are as long as the store's clock (µs): none is taken for one.</summary>
    public bool IsOfTry => References.IsOne(Value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>Something that a record is looked for by.</summary>
/// <param name="Kind">What sort of thing.</param>
/// <param name="Value">Which one.</param>
internal readonly record struct RecordKey(string Kind, string Value)
{
    private const int NameDigits = 5;

    private const string Person = "person";
    private const string TriesAt = "tries-at";
    private const string VisitsAt = "visits-at";

    /// <summary>
    /// Records that fall out of such a list, because there are too many, are deleted: each record stands in one of them, by what it took to make it. It takes the person's password to drive out a sign-in, and a station's
    /// certificate to drive out tries and visits of that station. Whatever falls out of another list is only not found by it any more.
    /// </summary>
    public bool Owns => Kind is Person or TriesAt or VisitsAt;

    /// <summary>Whose sign-in it was, without regard to case.</summary>
    public static RecordKey Of(PersonId person) => new(Person, TextForms.Fold(person.Value));

    /// <summary>Where it was.</summary>
    public static RecordKey Of(StationId station) => new("station", station.Value);

    /// <summary>What a record is looked for by from a note on: the one place that says so, for whoever writes it and for whoever forgets it.</summary>
    public static ImmutableArray<RecordKey> Of(RecordId record, Fact fact) => fact switch
    {
        Fact.SignedIn(_, var person, var station, _, _) => OfSignIn(person, station),
        // The keys again: the note of the sign-in may have been dropped.
        Fact.Asked({ } person, var station, _) => OfSignIn(person, station),
        Fact.Asked(null, var station, _) => [OfTries(station)],
        Fact.Tried { Person: { } person } tried => [OfTries(tried.Station), OfTries(person)],
        Fact.Tried { Name: { } digits } tried => [OfTries(tried.Station), OfName(digits)],
        Fact.Tried tried => [OfTries(tried.Station)],
        Fact.Claimed claimed => [Of(claimed.Session)],
        Fact.Refused refused when refused.Reference != record.Value => [OfReference(refused.Reference)],
        _ => [],
    };

    /// <summary>Whose name was typed in vain: whoever types it needs no password, so it stands apart from what the person did.</summary>
    public static RecordKey OfTries(PersonId person) => new("tries-of", TextForms.Fold(person.Value));

    /// <summary>Where somebody got no number.</summary>
    public static RecordKey OfTries(StationId station) => new(TriesAt, station.Value);

    /// <summary>Where somebody sat down without a name.</summary>
    public static RecordKey OfVisits(StationId station) => new(VisitsAt, station.Value);

    /// <summary>The session that it opened.</summary>
    public static RecordKey Of(SessionId session) => new("session", session.Value);

    /// <summary>What a station showed beside a refusal. Of a try that is the record's own name.</summary>
    public static RecordKey OfReference(string reference) => new("reference", reference.ToLowerInvariant());

    /// <summary>
    /// A name that no directory knows, as typed. It may be a password, typed into the wrong field: only 20 bits of its digest are kept, which thousands of words
    /// share, so that nobody can tell from it what was typed; whoever knows what was typed finds the try.
    /// </summary>
    public static RecordKey OfUnknownName(string typed) => OfName(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(TextForms.Fold(typed))))[..NameDigits]);

    /// <summary>The same, by those bits.</summary>
    public static RecordKey OfName(string digits) => new("name", digits);

    private static ImmutableArray<RecordKey> OfSignIn(PersonId person, StationId station) => [Of(person), person.IsVisitor ? OfVisits(station) : Of(station)];
}
