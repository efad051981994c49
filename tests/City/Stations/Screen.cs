using System.Globalization;
using VdiBroker.City.Processes;

namespace VdiBroker.City.Stations;

/// <summary>An X screen of a station: a virtual one of its own (Xvfb), or the display that the demo was started on.</summary>
public sealed class Screen : IAsyncDisposable
{
    /// <summary>Size of a virtual screen in pixels.</summary>
    public const string Size = "1024x768";

    /// <summary>Colour of a virtual screen where no window is, and of the console on it: a terminal of whole characters leaves a strip at the edge.</summary>
    public const string Background = "#10181c";

    private readonly ServerProcess? _xvfb;
    private readonly string? _frameBuffer;

    private Screen(string display, ServerProcess? xvfb, string? frameBuffer)
    {
        Display = display;
        _xvfb = xvfb;
        _frameBuffer = frameBuffer;
    }

    /// <summary>X display, ":71".</summary>
    public string Display { get; }

    /// <summary>True: a screen of its own that nobody sees.</summary>
    public bool Virtual => _xvfb is not null;

    /// <summary>Starts a virtual screen with a French keyboard; the server picks a free display.</summary>
    /// <param name="folder">Takes its log and the file that mirrors its pixels.</param>
    /// <param name="size">Pixels, "1024x768".</param>
    public static async Task<Screen> StartVirtualAsync(string folder, string size = Size)
    {
        System.IO.Directory.CreateDirectory(folder);
        var number = Path.Combine(folder, "display");
        File.Delete(number);
        var xvfb = ServerProcess.Start("Xvfb", Path.Combine(folder, "xvfb.log"), "/bin/sh",
            ["-c", "exec 3>\"$0\"; exec Xvfb -displayfd 3 -screen 0 \"$1\" -nolisten tcp -noreset -fbdir \"$2\"", number, size + "x24", folder]);
        try
        {
            await xvfb.ReadyAsync(() => Task.FromResult(File.Exists(number) && File.ReadAllText(number).EndsWith('\n')), TimeSpan.FromSeconds(20));
            var display = ":" + File.ReadAllText(number).Trim();
            await Tool.OutputAsync("setxkbmap", "-display", display, "fr");
            await Tool.OutputAsync("xsetroot", "-display", display, "-solid", Background);
            return new Screen(display, xvfb, Path.Combine(folder, "Xvfb_screen0"));
        }
        catch
        {
            await xvfb.DisposeAsync();
            throw;
        }
    }

    /// <summary>The display that this process was started on.</summary>
    public static Screen OfDisplay(string display) => new(display, null, null);

    /// <summary>What is on it now.</summary>
    public async Task<Picture> LookAsync() => _frameBuffer is { } file
        ? Picture.OfWindowDump(await File.ReadAllBytesAsync(file))
        : Picture.OfWindowDump(await DumpAsync());

    /// <summary>Types text on the keyboard of whatever has the focus; '\n' is the Enter key.</summary>
    public async Task TypeAsync(string text)
    {
        foreach (var (line, index) in text.Split('\n').Select((line, index) => (line, index)))
        {
            if (index > 0) await XdotoolAsync("", "key", "Return");
            // By a pipe: what is typed may be a password.
            if (line.Length > 0) await XdotoolAsync(line, "type", "--delay", "25", "--file", "-");
        }
    }

    /// <summary>Presses a key by its X name, "Tab", "F4".</summary>
    public Task PressAsync(string key) => XdotoolAsync("", "key", key);

    /// <summary>Clicks the left button at a place.</summary>
    public Task ClickAsync(int x, int y) => XdotoolAsync("", "mousemove", x.ToString(CultureInfo.InvariantCulture), y.ToString(CultureInfo.InvariantCulture), "click", "1");

    /// <summary>Place and size of what vdi-shim says over the desktop, as the X server tells; null = it says nothing there.</summary>
    public async Task<(int X, int Y, int Width, int Height)?> BannerAsync()
    {
        var answer = await Tool.RunAsync("xwininfo", ["-display", Display, "-name", "vdi-shim"]);
        if (answer.Status != 0 || !answer.Output.Contains("IsViewable", StringComparison.Ordinal)) return null;
        int Of(string what) => int.Parse(answer.Output.Split('\n').Single(line => line.Trim().StartsWith(what, StringComparison.Ordinal)).Split(':')[1], CultureInfo.InvariantCulture);
        return (Of("Absolute upper-left X"), Of("Absolute upper-left Y"), Of("Width"), Of("Height"));
    }

    /// <summary>Opens the bar over the desktop and presses one of its buttons.</summary>
    /// <param name="right">How far from its left edge the button is.</param>
    /// <param name="pressed">True once the press has done what it does.</param>
    /// <param name="deadline">The longest wait.</param>
    public Task PressBarAsync(int right, Func<bool> pressed, TimeSpan deadline)
    {
        var low = 0;
        return Eventually.HoldsAsync($"a press on the bar of {Display}", deadline, async () =>
        {
            if (pressed()) return true;
            if (await BannerAsync() is not { } bar) return false;
            // One button alone; opened, its buttons are the last row.
            if (low == 0) low = bar.Height;
            if (bar.Height == low) await ClickAsync(bar.X + bar.Width / 2, bar.Y + bar.Height / 2);
            else await ClickAsync(bar.X + right, bar.Y + bar.Height - 22);
            return pressed();
        });
    }

    /// <summary>The picture once it stands still.</summary>
    /// <param name="most">Fewer pixels than this may still change: a cursor blinks.</param>
    /// <param name="deadline">The longest wait.</param>
    /// <param name="apart">From one look to the next.</param>
    public async Task<Picture> SteadyAsync(int most, TimeSpan deadline, TimeSpan apart = default)
    {
        var picture = await LookAsync();
        await Eventually.HoldsAsync($"a steady picture on {Display}", deadline, async () =>
        {
            await Task.Delay(apart);
            var now = await LookAsync();
            var differ = now.Differences(picture);
            picture = now;
            return differ < most;
        });
        return picture;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_xvfb is not null) await _xvfb.DisposeAsync();
    }

    private async Task XdotoolAsync(string input, params string[] arguments)
    {
        var answer = await Tool.RunAsync("xdotool", arguments, input, environment: new Dictionary<string, string> { ["DISPLAY"] = Display });
        if (answer.Status != 0) throw new InvalidOperationException($"xdotool {string.Join(' ', arguments)}: {answer.Error}");
    }

    private async Task<byte[]> DumpAsync()
    {
        var file = Path.GetTempFileName();
        try
        {
            await Tool.OutputAsync("xwd", "-display", Display, "-root", "-silent", "-out", file);
            return await File.ReadAllBytesAsync(file);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
