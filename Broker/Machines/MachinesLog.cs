using System.Net.Sockets;
using VdiBroker.Kernel;

namespace VdiBroker.Machines;

/// <summary>Log of the machines room, ids 800 to 899.</summary>
internal static partial class MachinesLog
{
    [LoggerMessage(800, LogLevel.Information, "machine {machine} is woken for {person}")]
    public static partial void Wakes(ILogger logger, HostId machine, PersonId person);

    [LoggerMessage(801, LogLevel.Information, "machine {machine} answers, {seconds:0.0} s after it was woken")]
    public static partial void Woken(ILogger logger, HostId machine, double seconds);

    [LoggerMessage(802, LogLevel.Warning, "machine {machine}: no magic packet could be sent to {broadcast}: {cause}")]
    public static partial void PacketNotSent(ILogger logger, HostId machine, string broadcast, SocketError cause);

    [LoggerMessage(803, LogLevel.Warning, "machine {machine} is given to nobody: at its address something shows another certificate, SHA-256 {shown}")]
    public static partial void OtherCertificate(ILogger logger, HostId machine, string shown);
}
