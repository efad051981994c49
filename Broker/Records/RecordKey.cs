using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using VdiBroker.Directory;
using VdiBroker.Kernel;

namespace VdiBroker.Records;

/// <summary>Names a record.</summary>
/// <param name="Value">The number of its sign-in; of one that got none, the reference of its refusal.</param>
internal readonly record struct RecordId(string Value)
{
    /// <summary>Of a numbered sign-in.</summary>
    public static RecordId Of(long serial) => new(serial.ToString(CultureInfo.InvariantCulture));

    /// <summary>Of a try that got no number.</summary>
    public static RecordId Of(string reference) => new(reference);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>Something that a record is looked for by.</summary>
/// <param name="Kind">What sort of thing.</param>
/// <param name="Value">Which one.</param>
internal readonly record struct RecordKey(string Kind, string Value)
{
    private const int NameDigits = 5;

    /// <summary>Whose sign-in it was, without regard to case.</summary>
    public static RecordKey Of(PersonId person) => new("person", TextForms.Fold(person.Value));

    /// <summary>Where it was.</summary>
    public static RecordKey Of(StationId station) => new("station", station.Value);

    /// <summary>The session that it opened.</summary>
    public static RecordKey Of(SessionId session) => new("session", session.Value);

    /// <summary>What a station showed beside a refusal.</summary>
    public static RecordKey OfReference(string reference) => new("reference", reference.ToLowerInvariant());

    /// <summary>
    /// A name that no directory knows, as typed. It may be a password, typed into the wrong field: only 20 bits of its digest are kept, which thousands of words
    /// share, so that nobody can tell from it what was typed; whoever knows what was typed finds the try.
    /// </summary>
    public static RecordKey OfUnknownName(string typed) =>
        new("name", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(TextForms.Fold(typed))))[..NameDigits]);
}
