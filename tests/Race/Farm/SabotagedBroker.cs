using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Mono.Cecil;

namespace VdiBroker.Race.Farm;

/// <summary>
/// A copy of the broker's plain build in which one Lua script is broken on purpose. The product has no door for that: the script is changed inside the copy's assembly, where it is
/// embedded; what is shipped is a native program from the same sources, and cannot be changed.
/// </summary>
internal sealed class SabotagedBroker : IDisposable
{
    /// <summary>Every sabotage by its name: which script or prelude, what stands there, what stands there instead. What is replaced must stand there exactly once.</summary>
    public static readonly ImmutableSortedDictionary<string, (string Script, string Sound, string Broken)> All = new Dictionary<string, (string, string, string)>
    {
        // The lease of a claim is over when it begins.
        ["no-lease"] = ("claim_seat", "'lease', now + ARGV[8], 'boot'", "'lease', now, 'boot'"),
        // Whoever takes a desktop over gets the fence of who had it.
        ["no-fence"] = ("resume_session", "local fence = next_number(KEYS[1])", "local fence = tonumber(redis.call('HGET', KEYS[4], 'fence'))"),
        // A session that ends frees all other seats of its host too.
        ["expire-twice"] = ("ends", "    redis.call('HDEL', it.seats, it.user)\n", "    redis.call('HDEL', it.seats, it.user)\n    redis.call('DEL', it.seats)\n"),
        // A ticket is good as often as it is presented.
        ["double-redeem"] = ("redeem_ticket", "redis.call('HSET', KEYS[1], 'spent', 1, 'attempt', ARGV[9], 'verdict', verdict)", "redis.call('HSET', KEYS[1], 'verdict', verdict)"),
        // A session that ends keeps its seat.
        ["lost-seat"] = ("ends", "    redis.call('HDEL', it.seats, it.user)\n", ""),
    }.ToImmutableSortedDictionary();

    private readonly string _folder = Path.Combine(Path.GetTempPath(), "vdi-race-broker-" + RandomNumberGenerator.GetHexString(6, lowercase: true));

    private SabotagedBroker()
    {
    }

    /// <summary>To be run in place of the broker.</summary>
    public string Program => Path.Combine(_folder, "broker");

    /// <summary>Makes one.</summary>
    /// <exception cref="InvalidOperationException">There is no such sabotage, or the script has changed and it no longer fits: it must not silently do nothing.</exception>
    public static SabotagedBroker Make(string name)
    {
        if (!All.TryGetValue(name, out var sabotage)) throw new InvalidOperationException($"there is no sabotage '{name}' (there are {string.Join(", ", All.Keys)})");
        var broker = new SabotagedBroker();
        try
        {
            broker.Copy(Path.GetDirectoryName(RaceFarm.Program("Broker", "broker"))!);
            broker.Break(name, sabotage.Script + ".lua", sabotage.Sound, sabotage.Broken);
            return broker;
        }
        catch
        {
            broker.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (System.IO.Directory.Exists(_folder)) System.IO.Directory.Delete(_folder, recursive: true);
    }

    private void Copy(string from)
    {
        foreach (var file in System.IO.Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var to = Path.Combine(_folder, Path.GetRelativePath(from, file));
            System.IO.Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }
    }

    private void Break(string name, string script, string sound, string broken)
    {
        var file = Path.Combine(_folder, "broker.dll");
        using var assembly = AssemblyDefinition.ReadAssembly(new MemoryStream(File.ReadAllBytes(file)));
        var resources = assembly.MainModule.Resources;
        var embedded = resources.OfType<EmbeddedResource>().Single(one => one.Name == script);
        var text = Encoding.UTF8.GetString(embedded.GetResourceData()).TrimStart('﻿');
        if (text.Split(sound).Length != 2) throw new InvalidOperationException($"sabotage '{name}': \"{sound.Trim()}\" does not stand exactly once in {script} any more");
        resources[resources.IndexOf(embedded)] = new EmbeddedResource(script, embedded.Attributes, Encoding.UTF8.GetBytes(text.Replace(sound, broken, StringComparison.Ordinal)));
        assembly.Write(file);
    }
}
