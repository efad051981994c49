using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace VdiBroker.Protocol;

/// <summary>
/// The authorities of the machine's own store. Stations, hosts and brokers trust their city's alone, but .NET reads all the others, some 140, before a process's first handshake, and anew every five minutes.
/// </summary>
public static partial class MachineAuthorities
{
    // Neither a file nor a folder with certificates: it is not even opened.
    private const string Nothing = "/dev/null";

    /// <summary>
    /// Leaves them unread, for as long as this process lives. Before the first handshake and the first look at a certificate store. What it starts finds the environment as it was. Where it fails they are read, as without it.
    /// </summary>
    public static void LeaveUnread()
    {
        // .NET asks the C library, not its own copy of the environment, and that once.
        var before = ((string[])["SSL_CERT_FILE", "SSL_CERT_DIR"]).Select(name => (name, value: Environment.GetEnvironmentVariable(name))).ToList();
        foreach (var (name, _) in before) _ = SetEnvironment(name, Nothing, 1);
        try
        {
            using var store = new X509Store(StoreName.Root, StoreLocation.LocalMachine);
            store.Open(OpenFlags.ReadOnly | OpenFlags.OpenExistingOnly);
            foreach (var certificate in store.Certificates) certificate.Dispose();
        }
        catch (CryptographicException)
        {
            // The first handshake looks for itself.
        }
        finally
        {
            foreach (var (name, value) in before) _ = value is null ? UnsetEnvironment(name) : SetEnvironment(name, value, 1);
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "unsetenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UnsetEnvironment(string name);
}
