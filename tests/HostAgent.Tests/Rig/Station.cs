using VdiBroker.City.Processes;

namespace VdiBroker.HostAgent.Tests.Rig;

/// <summary>A thin station: a screen (Xvfb) and xfreerdp on it.</summary>
internal sealed class Station : IAsyncDisposable
{
    private readonly ServerProcess _screen;
    private readonly string _folder;

    private Station(ServerProcess screen, string folder, int display)
    {
        _screen = screen;
        _folder = folder;
        Display = display;
    }

    public int Display { get; }

    /// <summary>What the client is started through: a program and its arguments; none = nothing.</summary>
    public IReadOnlyList<string> Through { get; init; } = [];

    /// <summary>Switches a station on.</summary>
    /// <param name="folder">Takes its logs.</param>
    /// <param name="screens">Side by side, 800×600 each.</param>
    /// <param name="through">What its clients are started through.</param>
    public static async Task<Station> StartAsync(string folder, int screens = 1, params string[] through)
    {
        var display = Random.Shared.Next(3000, 50000);
        var screen = ServerProcess.Start("Xvfb", Path.Combine(folder, $"xvfb-{display}.log"), "Xvfb",
            [$":{display}", "-screen", "0", $"{800 * screens}x600x24", "-nolisten", "tcp", "-noreset"]);
        await screen.ReadyAsync(() => Task.FromResult(File.Exists($"/tmp/.X11-unix/X{display}")), Soon.Deadline);
        for (var left = 0; screens > 1 && left < screens; left++)
            await Tool.OutputAsync("xrandr", "--display", $":{display}", "--setmonitor", $"M{left}", $"800/211x600/158+{800 * left}+0", left == 0 ? "screen" : "none");
        return new Station(screen, folder, display) { Through = through };
    }

    /// <summary>Opens a desktop with a ticket, as the shim does.</summary>
    public async Task<ServerProcess> OpenAsync(Blade blade, byte[] fingerprint, string person, string ticket, string[]? more = null, IReadOnlyDictionary<string, string>? environment = null, bool whole = false)
    {
        string[] command =
        [
            .. Through, "xfreerdp", $"/v:{blade.Rdp}", $"/u:{person}", "/from-stdin:force", $"/cert:deny,fingerprint:sha256:{string.Join(':', fingerprint.Select(part => $"{part:x2}"))}",
            "/sec:tls", whole ? "/f" : "/size:800x600", "/bpp:32", "+clipboard", "/sound", "/log-level:INFO", .. more ?? [],
        ];
        var client = ServerProcess.Start("xfreerdp", Path.Combine(_folder, $"xfreerdp-{Display}.log"), command[0], command.Skip(1),
            new Dictionary<string, string>(environment ?? new Dictionary<string, string>()) { ["DISPLAY"] = $":{Display}", ["HOME"] = _folder }, withInput: true);
        await client.StandardInput.WriteLineAsync(ticket);
        client.StandardInput.Close();
        return client;
    }

    /// <summary>What the client has said.</summary>
    public string Said => File.ReadAllText(Path.Combine(_folder, $"xfreerdp-{Display}.log"));

    /// <summary>Presses a key at the station's keyboard.</summary>
    public async Task PressAsync(string key)
    {
        await using var finger = ServerProcess.Start("xdotool", Path.Combine(_folder, $"xdotool-{Display}.log"), "xdotool", ["key", key],
            new Dictionary<string, string> { ["DISPLAY"] = $":{Display}" });
        await finger.ExitedAsync(Soon.Deadline);
        Xunit.Assert.Equal(0, finger.ExitCode);
    }

    public ValueTask DisposeAsync() => _screen.DisposeAsync();
}
