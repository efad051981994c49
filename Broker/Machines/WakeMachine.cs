using System.Net;
using System.Net.Sockets;
using VdiBroker.Kernel;

namespace VdiBroker.Machines;

/// <summary>Wakes machines by Wake-on-LAN, and learns how long each takes.</summary>
internal sealed class WakeMachine(WakeBook book, ILogger<WakeMachine> logger)
{
    // Discard: what every network card listens for, whatever listens there.
    private const int Port = 9;

    /// <summary>Says for whom a machine is woken.</summary>
    public void Begins(HostId machine, PersonId person) => MachinesLog.Wakes(logger, machine, person);

    /// <summary>Sends one magic packet; it is sent again and again, since it may be lost. Outages of the store come as <see cref="Storage.StoreOutOfReachException"/>.</summary>
    /// <returns>What is still to be expected until it answers; null when it is not known.</returns>
    public async Task<TimeSpan?> CallAsync(HostId machine, WakeRules rules, CancellationToken cancel)
    {
        var wake = await book.BeginAsync(machine, rules.Patience);
        try
        {
            using var socket = new UdpClient(AddressFamily.InterNetwork) { EnableBroadcast = true };
            await socket.SendAsync(rules.Mac.MagicPacket(), new IPEndPoint(IPAddress.Parse(rules.Broadcast), Port), cancel);
        }
        catch (SocketException fault)
        {
            MachinesLog.PacketNotSent(logger, machine, rules.Broadcast, fault.SocketErrorCode);
        }
        return WakeEstimate.Left(wake.Earlier, wake.Elapsed);
    }

    /// <summary>It answers; nothing when nobody woke it.</summary>
    public async Task AnswersAsync(HostId machine)
    {
        if (await book.EndAsync(machine) is { } took) MachinesLog.Woken(logger, machine, took.TotalSeconds);
    }
}
