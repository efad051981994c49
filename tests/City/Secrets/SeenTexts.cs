using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace VdiBroker.City.Secrets;

/// <summary>
/// Every different argument and variable that was seen in any process, so that a secret which becomes known later is still found where it stood
/// when it was used. Each text is kept once, with the first place where it was seen.
/// </summary>
internal sealed class SeenTexts
{
    /// <summary>Bytes kept at most; a whole story sees some hundred kilobytes.</summary>
    private const long Limit = 64 << 20;

    private readonly ConcurrentDictionary<UInt128, bool> _blocks = new();
    private readonly ConcurrentDictionary<string, string> _places = new();
    private long _kept;

    /// <summary>How many different texts are kept.</summary>
    public int Count => _places.Count;

    /// <summary>True when something was not kept any more: what is not found then proves nothing.</summary>
    public bool Full => _kept > Limit;

    /// <summary>Keeps what is new in a process's arguments or environment, as /proc gives it: texts that end with a zero byte.</summary>
    /// <param name="block">What was read.</param>
    /// <param name="place">Where, asked only for something new.</param>
    public void Keep(byte[] block, Func<string> place)
    {
        // Most processes look as they did a moment ago.
        if (block.Length == 0 || !_blocks.TryAdd(BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData(block)), true)) return;
        var where = place();
        foreach (var text in Encoding.Latin1.GetString(block).Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Full) return;
            if (_places.TryAdd(text, where)) Interlocked.Add(ref _kept, text.Length);
        }
    }

    /// <summary>True when exactly this text was seen.</summary>
    public bool Has(string text) => _places.ContainsKey(text);

    /// <summary>Where a text was seen that holds <paramref name="secret"/>.</summary>
    public IEnumerable<string> PlacesOf(string secret) =>
        _places.Where(seen => seen.Key.Contains(secret, StringComparison.Ordinal)).Select(seen => seen.Value);
}
