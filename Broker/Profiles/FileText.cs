using System.Text;
using System.Text.Unicode;

namespace VdiBroker.Profiles;

/// <summary>Which encoding a file is in. Excel writes "CSV" in Windows-1252 and "CSV UTF-8" with a mark; people do not see the difference.</summary>
/// <param name="Encoding">Strict: what does not fit is a <see cref="DecoderFallbackException"/>.</param>
/// <param name="Mark">Bytes of the mark at the beginning.</param>
/// <param name="Said">What was found, in words.</param>
internal sealed record FileText(Encoding Encoding, int Mark, string Said)
{
    private static readonly UTF8Encoding _utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Looks at a whole file, line by line, and goes back to its beginning.</summary>
    /// <exception cref="UnreadableFileException">It is in UTF-16, or a pipe.</exception>
    public static FileText Of(Stream file)
    {
        if (!file.CanSeek) throw new UnreadableFileException("this is a pipe; its encoding is found by reading it twice: save it as a file first");
        var (good, bad, mark) = (0, 0, 0);
        foreach (var line in RawLines.Read(file))
        {
            if (line is { Number: 1, First: true })
            {
                if (line.Bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..]) throw new UnreadableFileException("the file is in UTF-16 (Excel's 'Unicode text'); save it as 'CSV UTF-8'");
                if (line.Bytes is [0xEF, 0xBB, 0xBF, ..]) mark = 3;
            }
            if (!Utf8.IsValid(line.Bytes)) bad++;
            else if (line.Bytes.AsSpan(line.Number == 1 ? mark : 0).ContainsAnyExceptInRange((byte)0, (byte)0x7F)) good++;
        }
        file.Position = 0;
        if (mark > 0) return new FileText(_utf8, mark, "UTF-8 with a mark");
        // With more accents in UTF-8 than not, the others are damaged lines and not another encoding.
        if (bad <= good) return new FileText(_utf8, 0, "UTF-8");
        return new FileText(CodePagesEncodingProvider.Instance.GetEncoding(1252)!, 0, "Windows-1252 (Latin-1), as Excel writes it; read as such");
    }

    /// <summary>The line as text, without its line end; null when it does not fit the encoding.</summary>
    public string? Read(RawLine line)
    {
        try
        {
            return Encoding.GetString(line.Number == 1 ? line.Content[Mark..] : line.Content);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>What to do about a line that <see cref="Read"/> cannot read.</summary>
    public const string Misfit = "an accent in it is not in the encoding of the rest of the file (UTF-8): type it again and save the file as UTF-8";
}
