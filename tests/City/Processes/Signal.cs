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

    /// <summary>SIGCHLD: a child has ended; .NET looks which, and nothing else happens.</summary>
    public const int ChildEnded = 17;

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

    /// <summary>The kernel's number of the thread that asks, for <see cref="SendToThread"/>.</summary>
    public static int ThisThread => OwnThread();

    /// <summary>Sends one to a thread of this process, whose system call it interrupts; nothing happens when the thread has ended.</summary>
    /// <param name="thread">From <see cref="ThisThread"/>.</param>
    /// <param name="signal">One that this process handles: others would end it, or not be noticed.</param>
    public static void SendToThread(int thread, int signal) => _ = SendTo(Environment.ProcessId, thread, signal);

    [LibraryImport("libc", EntryPoint = "gettid")]
    private static partial int OwnThread();

    [LibraryImport("libc", EntryPoint = "tgkill", SetLastError = true)]
    private static partial int SendTo(int pid, int thread, int signal);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendTo(int pid, int signal);
}
