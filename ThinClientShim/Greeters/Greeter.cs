using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;
using VdiBroker.Shim.Configuration;
using VdiBroker.Shim.Terminal;

namespace VdiBroker.Shim.Greeters;

/// <summary>
/// The process that greets (<see cref="GreeterWindow"/>), from the shim's side: started when there is a page to show, ended when a desktop is on the screen. Should it die, the
/// next page, or the same one, starts another.
/// </summary>
internal sealed class Greeter : IAsyncDisposable
{
    private static readonly TimeSpan ToEnd = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BeforeAnother = TimeSpan.FromSeconds(1);

    // Drawn by the processor: a thin station's graphics would cost memory and start time, and is not always there.
    private static readonly (string Name, string Value)[] Environments =
        [("GDK_BACKEND", "x11"), ("GSK_RENDERER", "cairo"), ("GSETTINGS_BACKEND", "memory"), ("GTK_USE_PORTAL", "0"), ("GTK_IM_MODULE", "gtk-im-context-simple")];

    private readonly StationSettings _settings;
    private readonly Journal _journal;
    private readonly TextWriter _screen;
    private volatile string _complaint = "";
    private int _said;
    private readonly Channel<GreeterAnswer> _answers = Channel.CreateUnbounded<GreeterAnswer>();
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _over = new();
    private Process? _window;
    private string _page = "";
    private Task _heard = Task.CompletedTask;

    /// <param name="settings">The station's.</param>
    /// <param name="journal">Told what goes wrong.</param>
    /// <param name="screen">Told once where nothing can be drawn: nobody would know.</param>
    public Greeter(StationSettings settings, Journal journal, TextWriter screen) => (_settings, _journal, _screen) = (settings, journal, screen);

    /// <summary>What the person does, in order.</summary>
    public ChannelReader<GreeterAnswer> Answers => _answers.Reader;

    /// <summary>Shows a page in place of the last; starts the greeter where there is none.</summary>
    public void Show(GreeterPage page)
    {
        lock (_gate)
        {
            _page = page.Encode();
            if (_window is not null || Start()) Write();
        }
    }

    /// <summary>Ends the greeter: its memory is wanted back.</summary>
    public void Hide()
    {
        lock (_gate)
        {
            _page = "";
            Close();
        }
    }

    /// <summary>The station ends: from now on no greeter is started.</summary>
    public void Stop() => _over.Cancel();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        Hide();
        await _heard;
        _over.Dispose();
    }

    // One that hangs would lie over the desktop, with all its memory.
    private static async Task KillLateAsync(Process window)
    {
        try
        {
            using var late = new CancellationTokenSource(ToEnd);
            await window.WaitForExitAsync(late.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            window.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended.
        }
    }

    private void Write()
    {
        try
        {
            _window!.StandardInput.Write(_page);
            _window.StandardInput.Flush();
        }
        catch (Exception fault) when (fault is IOException or InvalidOperationException)
        {
            // It has ended: whoever hears that starts another with this page.
        }
    }

    private void Close()
    {
        var window = _window;
        _window = null;
        if (window is not null) _heard = Task.WhenAll(_heard, KillLateAsync(window));
        try
        {
            window?.StandardInput.Close();
        }
        catch (Exception fault) when (fault is IOException or InvalidOperationException)
        {
            // It has ended already.
        }
    }

    private bool Start()
    {
        if (Environment.ProcessPath is not { } self || _over.IsCancellationRequested) return false;
        var start = new ProcessStartInfo(self, [GreeterWindow.Word, _settings.City, _settings.Crest ?? "", _settings.StationName, _settings.GreeterIdle.ToString(CultureInfo.InvariantCulture)])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DISPLAY"] = _settings.Display;
        foreach (var (name, value) in Environments) start.Environment[name] = value;
        try
        {
            _window = Process.Start(start);
        }
        catch (Win32Exception fault)
        {
            _journal.Step($"greeter-failed why={fault.Message}");
        }
        if (_window is null)
        {
            _heard = Task.WhenAll(_heard, AgainAsync());
            return false;
        }
        _journal.Step($"greeter-started pid={_window.Id}");
        _heard = Task.WhenAll(_heard, HearAsync(_window), ComplainAsync(_window));
        return true;
    }

    private async Task HearAsync(Process window)
    {
        using var ended = window;
        var lines = Lines.Of(window.StandardOutput.BaseStream);
        while (await lines.NextAsync(CancellationToken.None) is { } head)
        {
            switch (await GreeterAnswer.ReadAsync(head, () => lines.NextAsync(CancellationToken.None)))
            {
                case GreeterAnswer.Shown shown: _journal.Step($"page kind={shown.Kind}"); break;
                case { } answer: _answers.Writer.TryWrite(answer); break;
            }
        }
        await window.WaitForExitAsync();
        _journal.Step($"greeter-ended code={window.ExitCode}");
        lock (_gate)
        {
            if (!ReferenceEquals(window, _window)) return;
            Close();
        }
        if (window.ExitCode == GreeterWindow.CouldNotDraw && Interlocked.Exchange(ref _said, 1) == 0) _screen.WriteLine(_settings.Words["greeter-missing", _complaint, _settings.Display]);
        await AgainAsync();
    }

    // It died under a page. One that cannot draw at all would die again and again: not faster than a person can read.
    private async Task AgainAsync()
    {
        await Task.Delay(BeforeAnother, _over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_gate)
            if (_window is null && _page.Length > 0 && Start()) Write();
    }

    private async Task ComplainAsync(Process window)
    {
        try
        {
            while (await window.StandardError.ReadLineAsync() is { } line)
            {
                if (line.Length == 0) continue;
                _complaint = line;
                _journal.Step("greeter-says " + line);
            }
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // It has ended.
        }
    }
}
