using System.Reflection;

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
    }

    /// <summary>File name without ending.</summary>
    public string Name { get; }

    /// <summary>What Redis runs.</summary>
    public string Text { get; }
}
