using System.Runtime.InteropServices;

namespace VdiBroker.Shim.Brokers;

/// <summary>
/// The authorities of the machine's own store. A station trusts its city's alone (<see cref="StationHandler"/>), but .NET reads all the others, some 140, before its first handshake: 120 ms of somebody's wait, and memory.
/// </summary>
internal static partial class MachineAuthorities
{
    /// <summary>Leaves them unread. Before the first handshake: the store is looked for once, where the C library's environment says.</summary>
    public static void LeaveUnread()
    {
        // Where it fails they are read, as before.
        _ = SetEnvironment("SSL_CERT_FILE", "/dev/null", 1);
        _ = SetEnvironment("SSL_CERT_DIR", "/dev/null", 1);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
