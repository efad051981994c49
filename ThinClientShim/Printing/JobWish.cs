using System.Globalization;
using System.Text;

namespace VdiBroker.Shim.Printing;

/// <summary>What a desktop wants printed, checked.</summary>
/// <param name="Queue">One of the room's.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Copies">1 to 999.</param>
/// <param name="Options">Of <c>lp -o</c>, each <c>name=value</c>.</param>
/// <param name="Title">For the sheet and the queue; not empty.</param>
internal sealed record JobWish(string Queue, long Size, int Copies, IReadOnlyList<string> Options, string Title)
{
    /// <summary>The largest job.</summary>
    public const long Largest = 128 << 20;

    private const int MostCopies = 999;
    private const int LongestTitle = 200;
    private const int LongestValue = 64;

    // What says how it is to look on paper; whatever else a program may ask of CUPS is none of a desktop's business.
    private static readonly HashSet<string> Taken = new(StringComparer.OrdinalIgnoreCase)
    {
        "sides", "media", "page-ranges", "number-up", "orientation-requested", "print-color-mode", "print-quality", "fit-to-page", "print-scaling", "outputorder", "page-set", "collate",
        "multiple-document-handling", "ColorModel", "Duplex", "PageSize", "InputSlot", "MediaType", "Resolution", "StapleLocation", "HPStaplerOptions", "landscape", "mirror",
    };

    /// <summary>Reads the words with which a job begins: lines queue, size, copies, options, title.</summary>
    /// <param name="words">As they came.</param>
    /// <param name="queues">The room's.</param>
    /// <returns>The wish, or the word of the refusal.</returns>
    public static (JobWish? Wish, string Refusal) Read(ReadOnlySpan<byte> words, IReadOnlyCollection<string> queues)
    {
        if (Encoding.UTF8.GetString(words).Split('\n', 5) is not [var name, var bytes, var number, var options, var title]) return (null, "garbled");
        if (queues.FirstOrDefault(queue => string.Equals(queue, name, StringComparison.OrdinalIgnoreCase)) is not { } known) return (null, "unknown");
        if (!long.TryParse(bytes, NumberStyles.None, CultureInfo.InvariantCulture, out var size) || size == 0) return (null, "garbled");
        if (size > Largest) return (null, "too-large");
        var copies = int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var many) ? Math.Clamp(many, 1, MostCopies) : 1;
        var plain = string.Concat(title.Where(sign => !char.IsControl(sign)).Take(LongestTitle)).Trim();
        return (new(known, size, copies, [.. options.Split(' ').Where(IsTaken)], plain.Length > 0 ? plain : "document"), "");
    }

    /// <summary>True for what CUPS takes as the name of a queue, and no program for an option.</summary>
    public static bool IsQueue(string name) =>
        name.Length is > 0 and <= 127 && name[0] is not ('-' or '.') && name.All(sign => char.IsLetterOrDigit(sign) || sign is '.' or '_' or '-');

    private static bool IsTaken(string option) =>
        option.Split('=') is [var name, { Length: > 0 and <= LongestValue } value] && Taken.Contains(name) && value.All(sign => char.IsAsciiLetterOrDigit(sign) || sign is '.' or ',' or '-' or '_');
}
