using System.Runtime.InteropServices;

namespace VdiBroker.City.Processes;

/// <summary>Signal numbers of Linux, and sending them.</summary>
public static partial class Signal
{
    /// <summary>SIGINT, what Ctrl-C sends.</summary>
    public const int Interrupt = 2;

    /// <summary>SIGKILL: ends at once, cannot be refused.</summary>
    public const int Kill = 9;

    /// <summary>SIGTERM: asks to end.</summary>
    public const int Terminate = 15;

    /// <summary>SIGCONT: go on.</summary>
    public const int Continue = 18;

    /// <summary>SIGSTOP: freeze.</summary>
    public const int Stop = 19;

    /// <summary>Sends one to a single process; nothing happens when it has ended.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Zero and negative numbers mean groups of processes: never ours to signal.</exception>
    public static void Send(int pid, int signal)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(pid);
        _ = SendTo(pid, signal);
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendTo(int pid, int signal);
}
