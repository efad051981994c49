using System.Security.Cryptography;
using VdiBroker.Protocol.Station.V1;

namespace VdiBroker.Shim.Sessions;

/// <summary>A person who has signed in.</summary>
/// <param name="Proof">What the broker gave for the name and the password.</param>
/// <param name="Took">From the last key to the broker's answer.</param>
/// <param name="Password">What they typed, as long as it may be wanted.</param>
/// <param name="Idle">What the station does when nobody touches it; null = nothing.</param>
internal sealed record SignedIn(string Proof, TimeSpan Took, HeldPassword Password, WhenIdle? Idle = null)
{
    /// <summary>They have no name: whatever they do last ends their desktop.</summary>
    public bool IsVisitor { get; init; }
}

/// <summary>
/// What a person typed, for a machine that knows no tickets: in memory at one place, which the collector neither moves nor copies, until it is
/// wiped.
/// </summary>
internal sealed class HeldPassword : IDisposable
{
    private readonly byte[] _bytes;

    /// <param name="typed">Copied; the caller wipes it.</param>
    public HeldPassword(ReadOnlySpan<byte> typed)
    {
        _bytes = GC.AllocateUninitializedArray<byte>(typed.Length, pinned: true);
        typed.CopyTo(_bytes);
    }

    /// <summary>False: it is not known any more.</summary>
    public bool Known { get; private set; } = true;

    /// <summary>The password, while it is known.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes;

    /// <summary>Forgets it.</summary>
    public void Dispose()
    {
        Known = false;
        CryptographicOperations.ZeroMemory(_bytes);
    }
}
