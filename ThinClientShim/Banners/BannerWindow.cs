using System.Diagnostics;
using System.Text;

namespace VdiBroker.Shim.Banners;

/// <summary>
/// A few sentences over the desktop that is on the screen, with buttons. A process of its own (the shim with <see cref="Option"/>): what X
/// breaks there breaks no session, and its memory is only taken while there is something to say. Told by lines on standard input, tells each
/// button that is clicked by a line with its key.
/// </summary>
/// <remarks>
/// <c>t SENTENCE</c>, <c>b KEY LABEL</c>, <c>x SECONDS</c> (hidden then, and told by <c>x N</c>: the Nth text is over), <c>i SECONDS</c> (from so long without a touch of keyboard or mouse on, <c>i N</c> is told
/// each second, and <c>i 0</c> with the next touch), and an empty line: show it now, in place of what was shown. The end of the input ends it. The key <see cref="Hide"/> is not told: it hides the banner until the next text.
/// </remarks>
internal sealed class BannerWindow
{
    /// <summary>What the shim is started with to be this.</summary>
    public const string Option = "--banner";

    /// <summary>The key of the button that hides the banner.</summary>
    public const char Hide = 'h';

    private static readonly TimeSpan BetweenRaises = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly BannerPaint _paint;
    private readonly Stream _out = Console.OpenStandardOutput();
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private BannerText _next = new();
    private int _texts;
    private TimeSpan? _until;
    private TimeSpan _raised;
    private bool _raise;
    private TimeSpan? _idleFrom;
    private TimeSpan _idle;
    private TimeSpan _looked;

    private BannerWindow(BannerPaint paint) => _paint = paint;

    /// <summary>Runs until the input ends. Exit status: 0, or 1 = this station cannot draw.</summary>
    public static int Run()
    {
        try
        {
            if (BannerPaint.Open() is not { } paint) return 1;
            new BannerWindow(paint).Loop();
            return 0;
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException or IOException)
        {
            Console.Error.WriteLine(missing.Message);
            return 1;
        }
    }

    private void Loop()
    {
        using var input = Console.OpenStandardInput();
        var buffer = new byte[4096];
        var length = 0;
        while (true)
        {
            while (_paint.Next() is { } happened) Handle(happened);
            Span<X11.Polled> files = [new() { Descriptor = 0, Wanted = X11.Polled.Readable }, new() { Descriptor = _paint.Connection, Wanted = X11.Polled.Readable }];
            _ = X11.Poll(files, 2, Patience());
            if (_until <= _clock.Elapsed) Over();
            LookForTouches();
            if (_raise && _clock.Elapsed - _raised > BetweenRaises) Raise();
            if (files[0].Got == 0) continue;
            var got = input.Read(buffer, length, buffer.Length - length);
            if (got <= 0) return;
            length += got;
            int end;
            while ((end = Array.IndexOf(buffer, (byte)'\n', 0, length)) >= 0)
            {
                Take(Encoding.UTF8.GetString(buffer, 0, end));
                buffer.AsSpan(end + 1, length - end - 1).CopyTo(buffer);
                length -= end + 1;
            }
        }
    }

    private int Patience()
    {
        var wait = _until is { } until ? until - _clock.Elapsed : Timeout.InfiniteTimeSpan;
        if (_raise) wait = BetweenRaises;
        if (UntilLook() is { } look && (wait == Timeout.InfiniteTimeSpan || look < wait)) wait = look;
        return wait == Timeout.InfiniteTimeSpan ? -1 : Math.Max(0, (int)wait.TotalMilliseconds + 1);
    }

    // A touch does not wake this process: what is left until somebody would be away is waited for, and then each second.
    private TimeSpan? UntilLook()
    {
        if (_idleFrom is not { } from) return null;
        var due = _looked + (_idle < from && from - _idle > Second ? from - _idle : Second) - _clock.Elapsed;
        return due > TimeSpan.Zero ? due : TimeSpan.Zero;
    }

    private void LookForTouches()
    {
        if (_idleFrom is not { } from || UntilLook() > TimeSpan.Zero) return;
        var was = _idle;
        (_idle, _looked) = (_paint.Idle, _clock.Elapsed);
        if (_idle >= from) Tell($"i {(int)_idle.TotalSeconds}");
        else if (was >= from) Tell("i 0");
    }

    private void Tell(string line) => _out.Write(Encoding.ASCII.GetBytes(line + "\n"));

    private void Take(string line)
    {
        switch (line)
        {
            case ['t', ' ', .. var text]: _next.Sentences.Add(text); break;
            case ['b', ' ', var key, ' ', .. var label]: _next.Buttons.Add((key, label)); break;
            case ['x', ' ', .. var seconds]: _next.Seconds = int.Parse(seconds); break;
            case ['i', ' ', .. var from]: _next.IdleFrom = int.Parse(from); break;
            default:
                _texts++;
                _until = _next.Seconds is { } time ? _clock.Elapsed + TimeSpan.FromSeconds(time) : null;
                _idleFrom = _next.IdleFrom is { } idle ? TimeSpan.FromSeconds(idle) : null;
                _paint.Show(_next);
                _next = new();
                break;
        }
    }

    private void Handle(X11.Event happened)
    {
        switch (happened.Kind)
        {
            case X11.Expose:
                _paint.Draw();
                break;
            case X11.VisibilityNotify:
                // FreeRDP may raise itself; twice a second would be a fight.
                _raise = happened.Visibility != 0;
                if (_raise && _clock.Elapsed - _raised > BetweenRaises) Raise();
                break;
            case X11.ButtonPress when _paint.KeyAt(happened.X, happened.Y) is { } key:
                if (key == Hide) _paint.Hide();
                else Tell($"{key}");
                break;
        }
    }

    private void Over()
    {
        _until = null;
        _paint.Hide();
        Tell($"x {_texts}");
    }

    private void Raise()
    {
        (_raise, _raised) = (false, _clock.Elapsed);
        _paint.Raise();
    }
}

/// <summary>What a banner says.</summary>
internal sealed class BannerText
{
    public List<string> Sentences { get; } = [];

    public List<(char Key, string Label)> Buttons { get; } = [];

    /// <summary>Nothing is to be shown.</summary>
    public bool IsEmpty => Sentences.Count + Buttons.Count == 0;

    /// <summary>How long it stays; null: until told otherwise.</summary>
    public int? Seconds { get; set; }

    /// <summary>From so many seconds without a touch on, how long nobody has touched anything is told; null: never.</summary>
    public int? IdleFrom { get; set; }
}
