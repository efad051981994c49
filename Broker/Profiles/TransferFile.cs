using System.Collections.Immutable;

namespace VdiBroker.Profiles;

/// <summary>What stands at one place of a file: a line of CSV, an entry of LDIF. One of the nested cases.</summary>
/// <param name="Line">Where it begins, from 1.</param>
/// <param name="Raw">Its very bytes, line ends included.</param>
internal abstract record TransferRecord(int Line, ReadOnlyMemory<byte> Raw)
{
    /// <summary>Somebody's choices.</summary>
    /// <param name="Line">Where it begins.</param>
    /// <param name="Raw">Its bytes.</param>
    /// <param name="Person">As it is written there; perhaps nobody.</param>
    /// <param name="Wish">Name of a setting → text, as <see cref="ProfileChanges.Decide"/> takes it.</param>
    public sealed record Row(int Line, ReadOnlyMemory<byte> Raw, string Person, ImmutableArray<KeyValuePair<string, string>> Wish) : TransferRecord(Line, Raw);

    /// <summary>Something that cannot be read.</summary>
    /// <param name="Line">Where it begins.</param>
    /// <param name="Raw">Its bytes.</param>
    /// <param name="Person">As far as it is known.</param>
    /// <param name="Why">What is wrong, and what to do.</param>
    public sealed record Bad(int Line, ReadOnlyMemory<byte> Raw, string Person, string Why) : TransferRecord(Line, Raw);

    /// <summary>Further bytes of the <see cref="Bad"/> one before it, which is too long for one piece.</summary>
    /// <param name="Line">Where it begins.</param>
    /// <param name="Raw">Its bytes.</param>
    public sealed record More(int Line, ReadOnlyMemory<byte> Raw) : TransferRecord(Line, Raw);
}

/// <summary>A file with profiles, open for one reading from its beginning to its end.</summary>
/// <param name="Head">What must stand at the beginning of a file with some of its records, so that it can be read again.</param>
/// <param name="Notes">What was found out about the file, for its owner.</param>
/// <param name="Records">Read as they are asked for: the file is never in memory whole.</param>
internal sealed record TransferFile(ReadOnlyMemory<byte> Head, ImmutableArray<string> Notes, IEnumerable<TransferRecord> Records);

/// <summary>A file as a whole is none that can be read: what is wrong, and what to do.</summary>
internal sealed class UnreadableFileException(string message) : Exception(message);
