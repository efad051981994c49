using System.Diagnostics;
using VdiBroker.Agent.Linux;
using VdiBroker.Agent.Printing;

namespace VdiBroker.Agent.Sticks;

/// <summary>
/// <c>vdi-agent drives</c>, in a person's session and as that person, at each connection: tells the station once more that somebody has logged on. xrdp 0.9 says so before it has told what it
/// understands, where FreeRDP since 2.11.2 passes over it (xrdp issue 3067), and no drive would ever be announced.
/// </summary>
internal static class DriveBell
{
    /// <summary>The command's word.</summary>
    public const string Word = "drives";

    private const string Channel = "rdpdr";
    private static readonly TimeSpan _toConnect = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan _step = TimeSpan.FromMilliseconds(200);

    // xrdp's own exchange takes a tenth of a second and a way there and back.
    private static readonly TimeSpan _toAgree = TimeSpan.FromSeconds(2);

    // MS-RDPEFS 2.2.2.5: RDPDR_CTYP_CORE, PAKID_CORE_USER_LOGGEDON.
    private static readonly byte[] _loggedOn = [0x72, 0x44, 0x4C, 0x55];

    /// <summary>Says it as soon as there is a channel to say it in.</summary>
    /// <returns>1: there is none; the station redirects nothing.</returns>
    public static async Task<int> RunAsync()
    {
        if (DisplayNumber.Own is not { } display) return 1;
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < _toConnect)
        {
            using var within = new CancellationTokenSource(_toConnect);
            using var channel = await StationChannel.OpenAsync($"/run/xrdp/sockdir/xrdpapi_{display}", null, within.Token, Channel);
            if (channel is null)
            {
                await Task.Delay(_step, within.Token);
                continue;
            }
            await Task.Delay(_toAgree, within.Token);
            await channel.SendAsync(_loggedOn, within.Token);
            // What is sent and then shut at once, xrdp passes over.
            await Task.Delay(_step, within.Token);
            return 0;
        }
        return 1;
    }
}
