using System.Globalization;
using System.Text;

namespace VdiBroker.Shim.Printing;

/// <summary>
/// <c>vdi-shim print</c>, started by FreeRDP for its channel <c>rdp2tcp</c>: takes what the desktop sends to be printed and gives it to the station's CUPS. Only the room's queues are
/// known to it. A job lies in FreeRDP's home while it comes and is gone when CUPS has it.
/// </summary>
internal sealed class PrintDesk : IDisposable
{
    /// <summary>The command's word.</summary>
    public const string Word = "print";

    /// <summary>Names in its environment: the room's queues by commas, and where the station's CUPS listens.</summary>
    public const string Queues = "VDI_PRINTERS", Cups = "VDI_CUPS";

    /// <summary>What a line on standard error begins with that is for the shim: <c>vdi-print: WORD QUEUE REASON</c>.</summary>
    public const string Told = "vdi-print: ";

    // The host goes on sending meanwhile, up to its window of four of these.
    private const long ReportEvery = 64 << 10;

    // Each piece is on the disk or told as not: none waits in a buffer of this program's for the file's end.
    private static readonly FileStreamOptions _ownersAlone = new() { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, BufferSize = 0, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };

    private readonly JobFrames _frames;
    private readonly Stream _answers;
    private readonly TextWriter _news;
    private readonly string _file;
    private readonly StationPrinter _printer;
    private readonly string[] _queues;

    private JobWish? _wish;
    private FileStream? _body;
    private uint _job;
    private long _reported;

    private PrintDesk(Stream input, Stream answers, TextWriter news, string folder, StationPrinter printer, string[] queues)
    {
        (_frames, _answers, _news, _printer, _queues) = (new(input), answers, news, printer, queues);
        _file = Path.Combine(folder, "to-print");
    }

    /// <summary>Works until the channel ends.</summary>
    public static int Run()
    {
        using var answers = Console.OpenStandardOutput();
        using var input = Console.OpenStandardInput();
        using var news = new StreamWriter(Console.OpenStandardError(), new UTF8Encoding(false)) { AutoFlush = true };
        var queues = (Environment.GetEnvironmentVariable(Queues) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries);
        using var desk = new PrintDesk(input, answers, news, Environment.GetEnvironmentVariable("HOME") ?? Path.GetTempPath(), new StationPrinter(Environment.GetEnvironmentVariable(Cups) ?? ""), queues);
        try
        {
            desk.Work();
            return 0;
        }
        catch (IOException fault)
        {
            // FreeRDP has ended: nobody reads any more.
            news.WriteLine($"{Told}stopped - {fault.Message}");
            return 1;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Forget();

    private void Work()
    {
        while (_frames.Next() is { } frame)
        {
            if (frame.Kind == JobFrame.Begin) Begin(frame);
            else if (frame.Job != _job || _wish is null) continue;
            else if (frame.Kind == JobFrame.Piece) Take(frame.Rest.Span);
            else Forget();
        }
    }

    private void Begin(JobFrame frame)
    {
        // Said again because the answer did not come: whatever was begun is begun anew.
        Forget();
        (_job, _reported) = (frame.Job, 0);
        var (wish, refusal) = JobWish.Read(frame.Rest.Span, _queues);
        if (wish is null)
        {
            Answer(refusal);
            if (refusal == "too-large") _news.WriteLine($"{Told}{refusal} -");
            return;
        }
        try
        {
            _body = new FileStream(_file, _ownersAlone);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            NoRoom(wish, fault);
            return;
        }
        _wish = wish;
        Answer("accepted");
    }

    private void Take(ReadOnlySpan<byte> piece)
    {
        if (_wish is not { } wish || _body is not { } body) return;
        if (body.Length + piece.Length > wish.Size)
        {
            Answer("garbled");
            Forget();
            return;
        }
        try
        {
            body.Write(piece);
        }
        catch (IOException fault)
        {
            NoRoom(wish, fault);
            return;
        }
        if (body.Length == wish.Size) Print(wish);
        else if (body.Length - _reported >= ReportEvery) Answer("got", (_reported = body.Length).ToString(CultureInfo.InvariantCulture));
    }

    private void Print(JobWish wish)
    {
        var failure = _printer.Print(wish, _file);
        Forget();
        if (failure.Length == 0) Answer("printed");
        else Answer("failed", failure);
        _news.WriteLine(failure.Length == 0 ? $"{Told}printed {wish.Queue}" : $"{Told}failed {wish.Queue} {failure}");
    }

    private void Answer(string word, string more = "")
    {
        _answers.Write(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"VDP1 {_job} {word}{(more.Length > 0 ? " " : "")}{more}\n")));
        _answers.Flush();
    }

    // FreeRDP starts this program once: a document that does not fit must not be the session's last.
    private void NoRoom(JobWish wish, Exception fault)
    {
        Forget();
        Answer("failed", "the station has no room for it");
        _news.WriteLine($"{Told}no-room {wish.Queue} {fault.Message}");
    }

    private void Forget()
    {
        var body = _body;
        (_wish, _body) = (null, null);
        try
        {
            body?.Dispose();
        }
        catch (IOException)
        {
            // What could not be written is not wanted any more.
        }
        try
        {
            File.Delete(_file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // The next document finds it in its way, and says so.
        }
    }
}
