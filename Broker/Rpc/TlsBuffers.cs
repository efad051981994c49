using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace VdiBroker.Rpc;

/// <summary>
/// What OpenSSL keeps for a connection on which nothing goes on: 16 KiB for what comes and as much for what goes, for as long as the connection lives. It gives both back whenever they are empty where a context is told to
/// (<c>SSL_MODE_RELEASE_BUFFERS</c>), and .NET has no word for that. So OpenSSL itself is asked to call here for every context that is made, .NET's among them (<c>CRYPTO_get_ex_new_index</c>).
/// </summary>
internal static unsafe partial class TlsBuffers
{
    private const int ContextClass = 1; // CRYPTO_EX_INDEX_SSL_CTX
    private const int SetMode = 33; // SSL_CTRL_MODE
    private const long ReleaseBuffers = 0x10; // SSL_MODE_RELEASE_BUFFERS

    /// <summary>Has every context that is made from now on give empty buffers back. Before the first handshake.</summary>
    /// <returns>Whether OpenSSL 3 was there to be asked; where it is not, buffers are kept, as without this.</returns>
    public static bool ReleaseWhenEmpty()
    {
        // .NET sets OpenSSL up as it uses it first, and asks it to leave its end alone. That must be the first word that OpenSSL hears.
        _ = SHA256.HashData([]);
        try
        {
            // Found now, where it can be told that it is not: in the call from OpenSSL no exception could be caught. No context: nothing is set.
            _ = Control(0, SetMode, ReleaseBuffers, 0);
            return OnNewContext(ContextClass, 0, 0, &Made, 0, 0) >= 0;
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException)
        {
            return false;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Made(nint context, nint value, nint values, int index, long number, nint argument) => _ = Control(context, SetMode, ReleaseBuffers, 0);

    [LibraryImport("libcrypto.so.3", EntryPoint = "CRYPTO_get_ex_new_index")]
    private static partial int OnNewContext(int owner, long number, nint argument, delegate* unmanaged[Cdecl]<nint, nint, nint, int, long, nint, void> made, nint copied, nint freed);

    [LibraryImport("libssl.so.3", EntryPoint = "SSL_CTX_ctrl")]
    private static partial long Control(nint context, int command, long number, nint argument);
}
