using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace VdiBroker.Directory;

/// <summary>
/// What a password is checked by without the directory: PBKDF2 with HMAC-SHA-512 (RFC 8018), slow on purpose, with a salt of its own. The parameters
/// stand with it, so that a later version may ask for more.
/// </summary>
internal sealed record PasswordVerifier(
    [property: JsonPropertyName("kind")] string Kind,
    [property: JsonPropertyName("rounds")] int Rounds,
    [property: JsonPropertyName("salt")] byte[] Salt,
    [property: JsonPropertyName("hash")] byte[] Hash)
{
    /// <summary>What new ones are made with: OWASP's figure for PBKDF2-HMAC-SHA-512.</summary>
    public const int PresentRounds = 210_000;

    /// <summary>How new ones are made.</summary>
    public const string PresentKind = "pbkdf2-sha512";

    private const int SaltLength = 16;
    private const int HashLength = 32;

    /// <summary>Checks no password; takes as long as one that does.</summary>
    public static PasswordVerifier Nobody { get; } = new(PresentKind, PresentRounds, new byte[SaltLength], new byte[HashLength]);

    /// <summary>Makes one: about 0.1 s of one core.</summary>
    public static PasswordVerifier Make(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltLength);
        return new PasswordVerifier(PresentKind, PresentRounds, salt, Derive(password, salt, PresentRounds));
    }

    /// <summary>True when it was made of this password; takes as long as <see cref="Make"/>, and as long when it was not.</summary>
    public bool Fits(string password)
    {
        // One of a kind that is not known here checks nothing, and must not be quicker for it.
        var known = Kind == PresentKind && Rounds is > 0 and <= 10 * PresentRounds && Hash.Length == HashLength && !ReferenceEquals(this, Nobody);
        var derived = Derive(password, Salt, known ? Rounds : PresentRounds);
        return CryptographicOperations.FixedTimeEquals(derived, Hash) & known;
    }

    /// <summary>Nothing of it.</summary>
    public override string ToString() => "(verifier)";

    private static byte[] Derive(string password, byte[] salt, int rounds)
    {
        var bytes = Encoding.UTF8.GetBytes(password);
        try
        {
            return Rfc2898DeriveBytes.Pbkdf2(bytes, salt, rounds, HashAlgorithmName.SHA512, HashLength);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }
}
