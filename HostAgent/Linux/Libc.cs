using System.Runtime.InteropServices;

namespace VdiBroker.Agent.Linux;

/// <summary>The few calls of the C library that .NET does not have.</summary>
internal static unsafe partial class Libc
{
    /// <summary>Asks a process to end.</summary>
    public const int Terminate = 15;

    /// <summary>Ends a process at once.</summary>
    public const int Kill = 9;

    /// <summary>Stops a process where it is; it cannot refuse.</summary>
    public const int Stop = 19;

    private const int ClockTicksName = 2;
    private const int BufferTooSmall = 34;

    /// <summary>Clock ticks per second of <c>/proc/PID/stat</c>.</summary>
    public static long ClockTicks { get; } = SystemConfiguration(ClockTicksName) is > 0 and var ticks ? ticks : 100;

    /// <summary>
    /// Signals one process, named by id and start so that a reused id is never hit. Quietly does nothing when it has ended.
    /// </summary>
    public static void Signal(int id, ulong startTicks, int signal)
    {
        var handle = OpenProcess(id, 0);
        if (handle < 0) return;
        try
        {
            if (ProcessLine.Of(id) is { } line && line.StartTicks == startTicks) _ = SendSignal(handle, signal, 0, 0);
        }
        finally
        {
            _ = Close(handle);
        }
    }

    /// <summary>Account name of a user id, by the host's name service (files, LDAP by nslcd). May block as long as that service does.</summary>
    /// <returns>Null when no account has this id or the name service does not answer.</returns>
    public static string? UserName(uint id) => Find(id, null)?.Name;

    /// <summary>User id of an account name, likewise.</summary>
    /// <returns>Null when there is no such account or the name service does not answer.</returns>
    public static uint? UserId(string name) => Find(0, name)?.User;

    /// <summary>Gives a file to a user and the group of the same number; of a link the link itself.</summary>
    /// <exception cref="IOException">It cannot be given.</exception>
    public static void ChangeOwner(string path, uint owner)
    {
        if (ChangeLinkOwner(path, owner, owner) != 0) throw new IOException($"{path} cannot be given to user {owner}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    private static (string Name, uint User)? Find(uint id, string? name)
    {
        for (var size = 1024; size <= 1 << 20; size *= 4)
        {
            var strings = new byte[size];
            fixed (byte* place = strings)
            {
                Account account;
                Account* found;
                var error = name is null ? AccountById(id, &account, place, (nuint)size, &found) : AccountByName(name, &account, place, (nuint)size, &found);
                if (error == BufferTooSmall) continue;
                return error == 0 && found != null ? (Marshal.PtrToStringUTF8((nint)found->Name)!, found->User) : null;
            }
        }
        return null;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Account
    {
        public byte* Name, Password;
        public uint User, Group;
        public byte* Gecos, Home, Shell;
    }

    [LibraryImport("libc", EntryPoint = "getpwuid_r")]
    private static partial int AccountById(uint id, Account* account, byte* strings, nuint size, Account** found);

    [LibraryImport("libc", EntryPoint = "getpwnam_r", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int AccountByName(string name, Account* account, byte* strings, nuint size, Account** found);

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeLinkOwner(string path, uint owner, uint group);

    [LibraryImport("libc", EntryPoint = "sysconf")]
    private static partial long SystemConfiguration(int name);

    [LibraryImport("libc", EntryPoint = "pidfd_open")]
    private static partial int OpenProcess(int id, uint flags);

    [LibraryImport("libc", EntryPoint = "pidfd_send_signal")]
    private static partial int SendSignal(int handle, int signal, nint details, uint flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int handle);
}
