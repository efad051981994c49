using System.Globalization;
using System.Security.Cryptography;
using VdiBroker.City.Processes;

namespace VdiBroker.City.Stations;

/// <summary>
/// A station's network cable, which can be pulled: a network namespace of its own, joined by a pair of virtual interfaces to this machine, whose loopback addresses it reaches that way. A pulled cable is real: what is sent
/// is lost without an answer, and open connections do not end. The namespace lives as long as the process that holds it.
/// </summary>
public sealed class Cable : IAsyncDisposable
{
    // Kept for such tests (RFC 2544): nobody's network.
    private const string Range = "198.18";

    private readonly ServerProcess _holder;
    private readonly string _here;

    private Cable(ServerProcess holder, string here) => (_holder, _here) = (holder, here);

    /// <summary>What a program is started through to be at its far end. The program has the same process id.</summary>
    public IReadOnlyList<string> Through => ["nsenter", "--target", _holder.Pid.ToString(CultureInfo.InvariantCulture), "--net", "--"];

    /// <summary>Lays one to a block of loopback addresses.</summary>
    /// <param name="network">What can be reached by it.</param>
    /// <param name="folder">Takes its log.</param>
    public static async Task<Cable> LayAsync(Loopback network, string folder)
    {
        var log = Path.Combine(folder, "cable.log");
        var holder = ServerProcess.Start("cable", log, "unshare", ["--net", "--", "/bin/sh", "-c", "echo laid; exec tail -f /dev/null"]);
        try
        {
            await holder.ReadyAsync(() => Task.FromResult(File.ReadAllText(log).Contains("laid", StringComparison.Ordinal)), TimeSpan.FromSeconds(10));
            var number = RandomNumberGenerator.GetInt32(1 << 13);
            var (here, there) = (string.Create(CultureInfo.InvariantCulture, $"vdi{number}a"), string.Create(CultureInfo.InvariantCulture, $"vdi{number}b"));
            var block = string.Create(CultureInfo.InvariantCulture, $"{Range}.{number / 64}.");
            var first = number % 64 * 4;
            var (near, far) = (block + (first + 1).ToString(CultureInfo.InvariantCulture), block + (first + 2).ToString(CultureInfo.InvariantCulture));
            var cable = new Cable(holder, here);
            await Tool.OutputAsync("ip", "link", "add", here, "type", "veth", "peer", "name", there, "netns", holder.Pid.ToString(CultureInfo.InvariantCulture));
            await Tool.OutputAsync("ip", "address", "add", near + "/30", "dev", here);
            await Tool.OutputAsync("ip", "link", "set", here, "up");
            // Loopback addresses do not leave a machine, but where they are let.
            await File.WriteAllTextAsync($"/proc/sys/net/ipv4/conf/{here}/route_localnet", "1");
            await cable.AtTheEndAsync("ip", "address", "add", far + "/30", "dev", there);
            await cable.AtTheEndAsync("ip", "link", "set", there, "up");
            await cable.AtTheEndAsync("/bin/sh", "-c", $"echo 1 > /proc/sys/net/ipv4/conf/{there}/route_localnet");
            await cable.AtTheEndAsync("ip", "route", "add", $"{network.Prefix}.0/24", "via", near);
            return cable;
        }
        catch
        {
            await holder.DisposeAsync();
            throw;
        }
    }

    /// <summary>Pulls it.</summary>
    public Task PullAsync() => Tool.OutputAsync("ip", "link", "set", _here, "down");

    /// <summary>Puts it back.</summary>
    public Task PlugAsync() => Tool.OutputAsync("ip", "link", "set", _here, "up");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // The namespace alone would take it with it, a moment later.
        await Tool.RunAsync("ip", ["link", "delete", _here]);
        await _holder.DisposeAsync();
    }

    private async Task AtTheEndAsync(params string[] command) => await Tool.OutputAsync(Through[0], [.. Through.Skip(1), .. command]);
}
