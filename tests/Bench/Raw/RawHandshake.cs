using System.Globalization;
using System.Text.RegularExpressions;
using VdiBroker.Bench.Storm;
using VdiBroker.City.Processes;

namespace VdiBroker.Bench.Raw;

/// <summary>What a TLS 1.3 handshake with certificates on both sides costs a server of the machine's own OpenSSL, in C: what no server on it can pass.</summary>
internal static partial class RawHandshake
{
    private static readonly TimeSpan _ready = TimeSpan.FromSeconds(10);

    /// <summary>Lets <c>openssl s_time</c> come to <c>openssl s_server</c> for so long, one at a time, with certificates of the farm's authority.</summary>
    /// <returns>CPU of the server for each, in ms: TCP, handshake and its end.</returns>
    public static async Task<double> CpuMsAsync(StormFarm farm, TimeSpan time, CancellationToken cancel)
    {
        var address = farm.Address(42);
        var port = Loopback.FreePort(address);
        var own = await farm.ServerCertificateAsync("s-server", address);
        var caller = await farm.OperatorCertificateAsync("s-time");
        var at = string.Create(CultureInfo.InvariantCulture, $"{address}:{port}");
        var log = Path.GetTempFileName();
        try
        {
            await using var server = ServerProcess.Start("s_server", log, "openssl", ["s_server", "-accept", at, "-cert", own.Certificate, "-key", own.Key, "-CAfile", farm.CaFile, "-Verify", "3", "-quiet"]);
            await server.ReadyAsync(() => Task.FromResult(Loopback.Listens(address, port)), _ready, cancel);
            var before = Cpu.Of(server.Pid);
            var seconds = Math.Max(1, (int)time.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            var told = (await Tool.RunAsync("openssl", ["s_time", "-connect", at, "-cert", caller.Certificate, "-key", caller.Key, "-CAfile", farm.CaFile, "-new", "-time", seconds], cancel: cancel)).Output;
            var spent = Cpu.Of(server.Pid) - before;
            return Connections().Match(told) is { Success: true } line && long.Parse(line.Groups[1].ValueSpan, CultureInfo.InvariantCulture) is > 0 and var count
                ? spent.TotalMilliseconds / count
                : throw new InvalidOperationException($"openssl s_time made no connection: {told}{server.LogTail()}");
        }
        finally
        {
            File.Delete(log);
        }
    }

    [GeneratedRegex(@"^(\d+) connections in \d+ real seconds", RegexOptions.Multiline)]
    private static partial Regex Connections();
}
