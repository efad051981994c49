using System.Text.RegularExpressions;
using VdiBroker.City.Processes;

namespace VdiBroker.City.Stations;

/// <summary>What a screen reader would read aloud: the accessible tree (AT-SPI) of the programs on one session bus.</summary>
/// <param name="bus">Address of the session bus.</param>
public sealed partial class ScreenReader(string bus)
{
    private const int Deepest = 30;
    private const string Root = "/org/a11y/atspi/accessible/root";

    /// <summary>Everything that is shown and has a name: role and name, in the order of reading.</summary>
    public async Task<IReadOnlyList<(string Role, string Name)>> ReadAsync()
    {
        var address = Quoted().Match(await CallAsync(bus, "org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus.GetAddress")).Groups[1].Value;
        var read = new List<(string, string)>();
        await ReadAsync(address, "org.a11y.atspi.Registry", Root, read, 0);
        return read;
    }

    private static async Task ReadAsync(string address, string peer, string path, List<(string Role, string Name)> read, int depth)
    {
        if (depth > Deepest) return;
        foreach (Match child in Child().Matches(await CallAsync(address, peer, path, "org.a11y.atspi.Accessible.GetChildren")))
        {
            var (whose, where) = (child.Groups[1].Value, child.Groups[2].Value);
            var name = Variant().Match(await CallAsync(address, whose, where, "org.freedesktop.DBus.Properties.Get", "org.a11y.atspi.Accessible", "Name"));
            var role = Quoted().Match(await CallAsync(address, whose, where, "org.a11y.atspi.Accessible.GetRoleName")).Groups[1].Value;
            if (name.Groups[1].Value is { Length: > 0 } named) read.Add((role, named));
            await ReadAsync(address, whose, where, read, depth + 1);
        }
    }

    private static async Task<string> CallAsync(string address, string peer, string path, string method, params string[] arguments)
    {
        var answer = await Tool.RunAsync("gdbus", ["call", "--address", address, "--dest", peer, "--object-path", path, "--method", method, .. arguments]);
        // A widget may have gone since its parent named it.
        return answer.Status == 0 ? answer.Output : "";
    }

    [GeneratedRegex(@"\('(.*)',\)")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\(<[""'](.*)[""']>,\)")]
    private static partial Regex Variant();

    [GeneratedRegex(@"\('([^']+)', (?:objectpath )?'([^']+)'\)")]
    private static partial Regex Child();
}
