using VdiBroker.Rpc;

namespace VdiBroker.Stations;

/// <summary>
/// What an unknown station shows and an administrator types: eight characters without l, o, 0 and 1, drawn by the broker. Not made of the key: with eight characters somebody could look for a key with the code of another station.
/// </summary>
internal static class EnrolmentCode
{
    /// <summary>A fresh one.</summary>
    public static string Draw() => References.Draw();

    /// <summary>As it stands on the screen: capitals, in two groups.</summary>
    public static string Shown(string code) => $"{code[..4]}-{code[4..]}".ToUpperInvariant();

    /// <summary>Reads what somebody typed: with hyphens and spaces or without, in either case.</summary>
    /// <returns>Null: it is none.</returns>
    public static string? Read(string typed)
    {
        var code = string.Concat(typed.Where(one => one is not ('-' or ' '))).ToLowerInvariant();
        return References.IsOne(code) ? code : null;
    }
}
