using System.Collections.Immutable;

namespace VdiBroker.Records;

/// <summary>A fact with its time and the place that its writer gave it.</summary>
/// <param name="At">When, by the store's clock.</param>
/// <param name="Writer">The process that wrote it; empty for what the store itself put there.</param>
/// <param name="Number">Grows with each note of the writer: the same number again is the same note, sent twice.</param>
/// <param name="Fact">What.</param>
public sealed record Note(DateTimeOffset At, string Writer, long Number, Fact Fact)
{
    /// <summary>
    /// Notes in the order in which things happened, each once: by time, and never against the order of their writer, whose later note may have reached the store
    /// by a shorter way. The result does not depend on the order in which they come.
    /// </summary>
    public static ImmutableArray<Note> InOrder(IEnumerable<Note> notes)
    {
        var told = new List<Note>();
        foreach (var writer in notes.GroupBy(note => note.Writer))
        {
            var latest = DateTimeOffset.MinValue;
            foreach (var note in writer.GroupBy(note => note.Number).Select(same => same.MinBy(note => note.At)!).OrderBy(note => note.Number))
            {
                latest = note.At > latest ? note.At : latest;
                told.Add(note with { At = latest });
            }
        }
        return [.. told.OrderBy(note => note.At).ThenBy(note => note.Writer, StringComparer.Ordinal).ThenBy(note => note.Number)];
    }
}
