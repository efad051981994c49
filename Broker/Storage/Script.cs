using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using StackExchange.Redis;

namespace VdiBroker.Storage;

/// <summary>
/// A Lua script that stands beside the C# that calls it, embedded by its file name. It is sent once per server, then called by its hash. A line of its head,
/// <c>-- With: numbers, ends.</c>, names preludes: Lua files of functions that are put before it, in that order.
/// </summary>
internal sealed partial class Script
{
    private readonly byte[] _digest;

    /// <summary>Loads <paramref name="name"/>.lua and its preludes.</summary>
    public Script(string name)
        : this(name, Composed(name))
    {
    }

    private Script(string name, string text)
    {
        Name = name;
        Text = text;
        _digest = Digest(Text);
        Sha1 = Convert.ToHexStringLower(_digest);
    }

    /// <summary>File name without ending.</summary>
    public string Name { get; }

    /// <summary>What Redis runs.</summary>
    public string Text { get; }

    /// <summary>What Redis calls a script that it has been sent: 40 lower-case hexadecimal digits.</summary>
    public string Sha1 { get; }

    /// <summary>The same with other text: for tests that break one.</summary>
    public Script Reading(string text) => new(Name, text);

    /// <summary>Starts it; once more with its text where the server does not know it: it runs after what was started behind it then.</summary>
    /// <param name="db">Where; nothing that sends later what it is given.</param>
    /// <param name="keys">Its keys.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <remarks>Given the text, the client looks for its hash among those that the server knows, and reads all of it for that: 4 % of a broker's CPU in the morning.</remarks>
    public async Task<RedisResult> StartAsync(IDatabase db, RedisKey[] keys, RedisValue[] arguments)
    {
        try
        {
            return await db.ScriptEvaluateAsync(_digest, keys, arguments);
        }
        catch (RedisServerException fault) when (StoreFault.KindOf(fault) == "NOSCRIPT")
        {
            return await db.ScriptEvaluateAsync(Text, keys, arguments);
        }
    }

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
    private static byte[] Digest(string text) => SHA1.HashData(Encoding.UTF8.GetBytes(text));
}
