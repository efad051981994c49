using System.Diagnostics;
using System.Globalization;
using System.Text;
using VdiBroker.Shim.Terminal;

namespace VdiBroker.Shim.Banners;

/// <summary>
/// Sentences over the desktop on the screen, drawn by a <see cref="BannerWindow"/>. Where that cannot draw, nothing is lost: the terminal has said
/// the same.
/// </summary>
/// <param name="display">X display.</param>
/// <param name="journal">Told when nothing can be drawn.</param>
/// <param name="clicked">Told the key of a button that was clicked, and <see cref="BannerWindow.Hide"/> when a text has had its time.</param>
/// <param name="idle">Told how many seconds nobody has touched keyboard or mouse, as the text wants it; 0: somebody has.</param>
internal sealed class Banner(string display, Journal journal, Action<char> clicked, Action<int> idle) : IAsyncDisposable
{
    private static readonly TimeSpan ToEnd = TimeSpan.FromSeconds(1);

    private const int CannotDraw = 1;
    private readonly Lock _gate = new();
    private Process? _window;
    private int _texts;
    private Task _heard = Task.CompletedTask;
    private BannerText _text = new();
    private bool _closed;

    /// <summary>Shows a text in place of the last; an empty one takes the banner away.</summary>
    public void Show(BannerText text)
    {
        lock (_gate)
        {
            if (_closed) return;
            _text = text;
            // Its memory is wanted back.
            if (text.IsEmpty) End();
            else if (_window is { HasExited: false } || Start()) Write(text);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Process? window;
        lock (_gate) (window, _closed) = (End(), true);
        if (await Task.WhenAny(_heard, Task.Delay(ToEnd)) != _heard) Kill(window);
        await _heard;
    }

    private void Write(BannerText text)
    {
        var told = new StringBuilder();
        foreach (var sentence in text.Sentences) told.Append("t ").Append(sentence.ReplaceLineEndings(" ")).Append('\n');
        foreach (var (key, label) in text.Buttons) told.Append("b ").Append(key).Append(' ').Append(label).Append('\n');
        if (text.Seconds is { } seconds) told.Append("x ").Append(seconds).Append('\n');
        if (text.IdleFrom is { } from) told.Append("i ").Append(from).Append('\n');
        told.Append('\n');
        try
        {
            _texts++;
            _window!.StandardInput.Write(told);
            _window.StandardInput.Flush();
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // It has ended; the next text starts another.
        }
    }

    private static void Kill(Process? window)
    {
        try
        {
            window?.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has just ended.
        }
    }

    private Process? End()
    {
        var window = _window;
        _window = null;
        try
        {
            window?.StandardInput.Close();
        }
        catch (Exception fault) when (fault is IOException or InvalidOperationException)
        {
            // It has ended already.
        }
        return window;
    }

    private bool Start()
    {
        End();
        if (Environment.ProcessPath is not { } self) return false;
        var start = new ProcessStartInfo(self, [BannerWindow.Option]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DISPLAY"] = display;
        try
        {
            _window = Process.Start(start);
        }
        catch (System.ComponentModel.Win32Exception fault)
        {
            journal.Step($"banner-failed why={fault.Message}");
        }
        if (_window is null) return false;
        _texts = 0;
        _window.StandardInput.AutoFlush = false;
        _heard = Task.WhenAll(_heard, HearAsync(_window), ComplainAsync(_window));
        return true;
    }

    private async Task HearAsync(Process window)
    {
        using var ended = window;
        var code = 0;
        try
        {
            while (await window.StandardOutput.ReadLineAsync() is { } line)
            {
                if (line is [var key]) clicked(key);
                else if (line is ['x', ' ', .. var number]) Over(window, number);
                else if (line is ['i', ' ', .. var away] && int.TryParse(away, NumberStyles.None, CultureInfo.InvariantCulture, out var since)) idle(since);
            }
            await window.WaitForExitAsync();
            code = window.ExitCode;
            if (code != 0) journal.Step($"banner-failed code={window.ExitCode}");
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // It ended with the desktop.
        }
        bool died;
        lock (_gate)
        {
            died = ReferenceEquals(window, _window);
            if (died) End();
        }
        if (died && code is not (0 or CannotDraw)) await AgainAsync();
    }

    // Who came by the greeter has no other way out of the desktop.
    private async Task AgainAsync()
    {
        await Task.Delay(ToEnd);
        Show(_text);
    }

    private void Over(Process window, string number)
    {
        lock (_gate)
        {
            if (!ReferenceEquals(window, _window) || number != _texts.ToString(CultureInfo.InvariantCulture)) return;
            End();
        }
        clicked(BannerWindow.Hide);
    }

    private async Task ComplainAsync(Process window)
    {
        try
        {
            while (await window.StandardError.ReadLineAsync() is { } line) journal.Step("banner-says " + line);
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // As above.
        }
    }
}
