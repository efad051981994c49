using System.Security.Cryptography;

namespace VdiBroker.Rpc;

/// <summary>What a station shows beside a refusal, for the telephone: the log and the record of the sign-in have the same.</summary>
internal static class References
{
    /// <summary>Characters of a reference.</summary>
    public const int Length = 8;

    // No l, o, 0, 1: it is read out over the telephone.
    private const string Alphabet = "abcdefghijkmnpqrstuvwxyz23456789";
    private const string Key = "VdiBroker.Reference";

    /// <summary>A fresh one.</summary>
    public static string Draw() => RandomNumberGenerator.GetString(Alphabet, Length);

    /// <summary>The reference of a fault: drawn when first asked for, the same from then on, so that whoever records the fault on its way out names it as the caller is told.</summary>
    public static string Of(Exception fault)
    {
        if (fault.Data[Key] is string drawn) return drawn;
        var reference = fault is RefusalException refusal ? refusal.Reference : Draw();
        fault.Data[Key] = reference;
        return reference;
    }

    /// <summary>True for what could be one, as it is read out: small letters or capitals.</summary>
    public static bool IsOne(string text) => text.Length == Length && text.All(one => Alphabet.Contains(char.ToLowerInvariant(one), StringComparison.Ordinal));
}
