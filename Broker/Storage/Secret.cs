using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace VdiBroker.Storage;

/// <summary>A secret of 256 random bits that is handed out once; only its digest is kept.</summary>
internal readonly struct Secret
{
    /// <summary>Characters of <see cref="Text"/>.</summary>
    public const int Length = 43;

    private Secret(string text) => Text = text;

    /// <summary>base64url without padding, 43 characters. Goes to its owner and nowhere else.</summary>
    public string Text { get; }

    /// <summary>What is stored.</summary>
    public SecretDigest Digest => SecretDigest.Of(Text);

    /// <summary>A fresh one.</summary>
    public static Secret Draw() => new(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)));

    /// <summary>Never the secret, whoever prints it.</summary>
    public override string ToString() => "(secret)";
}

/// <summary>What somebody presents as a secret: not printed, whoever prints the record that it is in.</summary>
/// <param name="text">As it came.</param>
internal readonly struct Presented(string text)
{
    /// <summary>It has the length of a secret; anything else is none.</summary>
    public bool IsPlausible => text.Length == Secret.Length;

    /// <summary>What to look it up by.</summary>
    public SecretDigest Digest => SecretDigest.Of(text);

    /// <summary>Never the secret.</summary>
    public override string ToString() => "(secret)";
}

/// <summary>SHA-256 of a secret. With 256 random bits behind it there is nothing to guess, so it needs no salt.</summary>
/// <param name="Hex">64 lower-case hexadecimal digits.</param>
internal readonly record struct SecretDigest(string Hex)
{
    /// <summary>The digest of what somebody presents as a secret.</summary>
    public static SecretDigest Of(string presented) => new(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(presented))));

    /// <summary>Enough to find it in the log beside an event, too little to be of use: the first 8 digits.</summary>
    public override string ToString() => Hex[..8];
}
