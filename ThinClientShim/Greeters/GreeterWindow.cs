using System.Security.Cryptography;
using System.Text;
using VdiBroker.Shim.Words;

namespace VdiBroker.Shim.Greeters;

/// <summary>
/// The greeter: one window over the whole screen, in a process of its own (<c>vdi-shim greet</c>), told pages by lines on standard input (<see cref="GreeterPage"/>), telling what the person did on
/// standard output (<see cref="GreeterAnswer"/>). It knows no broker and keeps no password; the end of its input ends it.
/// </summary>
internal sealed class GreeterWindow
{
    /// <summary>What the shim is started with to be this.</summary>
    public const string Word = "greet";

    private const int LongestPage = 64 * 1024;
    /// <summary>Exit status of a greeter on a station that cannot draw.</summary>
    public const int CouldNotDraw = 1;

    private readonly nint _loop;
    private readonly GreeterFrame _frame;
    private readonly Stream _input = Console.OpenStandardInput();
    private readonly Stream _output = Console.OpenStandardOutput();
    private readonly byte[] _buffer = new byte[LongestPage];
    private readonly List<string> _lines = [];
    private int _length;

    private GreeterWindow(GreeterPlace look)
    {
        _loop = Gtk.g_main_loop_new(0, 0);
        _frame = new(look, Answer);
    }

    /// <summary>Runs until its input ends. Exit status: 0, or 1 = this station cannot draw.</summary>
    /// <param name="arguments">City name, crest (a picture file; empty = none), station name, and the seconds after which a page is left.</param>
    public static int Run(ReadOnlySpan<string> arguments)
    {
        if (arguments is not [var city, var crest, var station, var idle] || !int.TryParse(idle, out var seconds))
        {
            Console.Error.WriteLine("vdi-shim greet is started by vdi-shim --greeter");
            return CouldNotDraw;
        }
        try
        {
            if (Gtk.gtk_init_check() == 0)
            {
                Console.Error.WriteLine($"GTK cannot open the display {Environment.GetEnvironmentVariable("DISPLAY")}");
                return CouldNotDraw;
            }
            var window = new GreeterWindow(new GreeterPlace(city, crest, station, TimeSpan.FromSeconds(seconds)));
            Widgets.OnReadable(0, window.Read);
            Gtk.g_main_loop_run(window._loop);
            return 0;
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException)
        {
            Console.Error.WriteLine(missing.Message);
            return CouldNotDraw;
        }
    }

    private bool Read()
    {
        var got = _input.Read(_buffer, _length, _buffer.Length - _length);
        if (got <= 0)
        {
            Gtk.g_main_loop_quit(_loop);
            return false;
        }
        _length += got;
        int end;
        while ((end = Array.IndexOf(_buffer, (byte)'\n', 0, _length)) >= 0)
        {
            if (end > 0) _lines.Add(Encoding.UTF8.GetString(_buffer, 0, end));
            else Take();
            _buffer.AsSpan(end + 1, _length - end - 1).CopyTo(_buffer);
            _length -= end + 1;
        }
        // No page is so long: whatever it was is not shown.
        if (_length == _buffer.Length) _length = 0;
        return true;
    }

    private void Take()
    {
        if (GreeterPage.Decode(_lines) is { } page && Wording.Of(page.Language) is { } words) _frame.Show(page, words);
        _lines.Clear();
    }

    private void Answer(GreeterAnswer answer)
    {
        var secret = answer.Secret();
        try
        {
            var head = Encoding.UTF8.GetBytes(answer.Head().ReplaceLineEndings(" ") + "\n");
            _output.Write(head);
            if (secret is not null)
            {
                // What was pasted may have more than one line; only one is a password.
                var end = secret.AsSpan().IndexOfAny((byte)'\n', (byte)'\r');
                _output.Write(secret.AsSpan(0, end < 0 ? secret.Length : end));
                _output.WriteByte((byte)'\n');
            }
            _output.Flush();
        }
        catch (IOException)
        {
            // The shim has gone; the end of the input says so too.
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }
}

/// <summary>What is the same on every page.</summary>
/// <param name="City">Its name; empty = none is shown.</param>
/// <param name="Crest">A picture file; empty = none.</param>
/// <param name="Station">Name of this station.</param>
/// <param name="Idle">A page that nobody touches for so long is nobody's any more.</param>
internal sealed record GreeterPlace(string City, string Crest, string Station, TimeSpan Idle);
