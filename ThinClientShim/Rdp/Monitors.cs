using VdiBroker.Shim.Configuration;

namespace VdiBroker.Shim.Rdp;

/// <summary>The station's screens, as FreeRDP itself sees them: what it would not find, it would not use. They are looked at while the directory looks at the password: afterwards somebody waits.</summary>
/// <param name="settings">Of the station.</param>
internal sealed class Monitors(StationSettings settings)
{
    // A person waits; and whoever cannot tell so soon has one.
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(1);

    private Task<int>? _look;

    /// <summary>Begins to look. Nothing where the station's own settings say how large a desktop is.</summary>
    public void Look() => _look = settings.Size is { } size && size != ScreenSize.Whole ? null : CountAsync(settings.FreeRdp, settings.Display);

    /// <summary>How many there are, by the look that was begun; it is good once.</summary>
    public Task<int> CountAsync()
    {
        var look = _look ?? CountAsync(settings.FreeRdp, settings.Display);
        _look = null;
        return look;
    }

    /// <summary>How many there are; 1 where nobody can tell.</summary>
    /// <param name="program">FreeRDP.</param>
    /// <param name="display">X display.</param>
    public static async Task<int> CountAsync(string program, string display) => CountIn((await Tool.RunAsync([program, "/monitor-list"], Within, display)).Output);

    /// <summary>The rule, on FreeRDP's lines: <c>* [0] 1280x800 +0+0</c>.</summary>
    public static int CountIn(string said) => Math.Max(1, said.Split('\n').Count(line => line.Contains('[', StringComparison.Ordinal) && line.Contains(']', StringComparison.Ordinal) && line.Contains('x', StringComparison.Ordinal) && line.Contains('+', StringComparison.Ordinal)));
}
