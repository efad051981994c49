using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace VdiBroker.Storage;

/// <summary>A Lua script that stands beside the C# that calls it, embedded by its file name. It is sent once per server, then called by its hash.</summary>
internal sealed class Script
{
    /// <summary>Loads <paramref name="name"/>.lua.</summary>
    public Script(string name)
    {
        Name = name;
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name + ".lua")
            ?? throw new InvalidOperationException($"{name}.lua is not embedded in the assembly");
        using var reader = new StreamReader(stream);
        Text = reader.ReadToEnd();
        Sha1 = Digest(Text);
    }

    /// <summary>File name without ending.</summary>
    public string Name { get; }

    /// <summary>What Redis runs.</summary>
    public string Text { get; }

    /// <summary>What Redis calls a script that it has been sent: 40 lower-case hexadecimal digits.</summary>
    public string Sha1 { get; }

    [SuppressMessage("Security", "CA5350", Justification = "A name that Redis gives, no protection.")]
    private static string Digest(string text) => Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(text)));
}
