using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace VdiBroker.Storage;

/// <summary>
/// A Lua script that stands beside the C# that calls it, embedded by its file name. It is sent once per server, then called by its hash. A line of its head,
/// <c>-- With: numbers, ends.</c>, names preludes: Lua files of functions that are put before it, in that order.
/// </summary>
internal sealed partial class Script
{
    /// <summary>Loads <paramref name="name"/>.lua and its preludes.</summary>
    public Script(string name)
        : this(name, Composed(name))
    {
    }

    private Script(string name, string text)
    {
        Name = name;
        Text = text;
        Sha1 = Digest(Text);
    }

    /// <summary>File name without ending.</summary>
    public string Name { get; }

    /// <summary>What Redis runs.</summary>
    public string Text { get; }

    /// <summary>What Redis calls a script that it has been sent: 40 lower-case hexadecimal digits.</summary>
    public string Sha1 { get; }

    /// <summary>The same with other text: for tests that break one.</summary>
    public Script Reading(string text) => new(Name, text);

    private static string Composed(string name)
    {
        var text = Embedded(name);
        var preludes = With().Match(text) is { Success: true } with ? with.Groups[1].Value.Split(", ") : [];
        return string.Concat([.. preludes.Select(Embedded), text]);
    }

    private static string Embedded(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name + ".lua")
            ?? throw new InvalidOperationException($"{name}.lua is not embedded in the assembly");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"^-- With: (.+)\.$", RegexOptions.Multiline)]
    private static partial Regex With();

    [SuppressMessage("Security", "CA5350", Justification = "A name that Redis gives, no protection.")]
    private static string Digest(string text) => Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(text)));
}
