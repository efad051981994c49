using System.Collections.Immutable;
using StackExchange.Redis;
using VdiBroker.Kernel;
using VdiBroker.Storage;

namespace VdiBroker.Machines;

/// <summary>A machine that is being woken.</summary>
/// <param name="Elapsed">Since the first magic packet, whichever broker sent it.</param>
/// <param name="Earlier">How long it took before, newest first.</param>
internal sealed record Wake(TimeSpan Elapsed, ImmutableArray<TimeSpan> Earlier);

/// <summary>Which machines are being woken, and how long each took before.</summary>
internal sealed class WakeBook(RedisStore store, KeySpace keys)
{
    private static readonly Script _begin = new("begin_wake");
    private static readonly Script _end = new("end_wake");

    /// <summary>A machine is being woken, by this broker too; asked over and over while it is.</summary>
    /// <param name="machine">Which.</param>
    /// <param name="memory">When nobody has asked for so long, it is being woken no more.</param>
    public async Task<Wake> BeginAsync(HostId machine, TimeSpan memory)
    {
        var times = (RedisResult[])(await store.RunScriptAsync(_begin, [keys.Wake(machine), keys.Wakes(machine)], [(long)memory.TotalMilliseconds]))!;
        var all = times.Select(ms => TimeSpan.FromMilliseconds((long)ms)).ToImmutableArray();
        return new Wake(all[0], all[1..]);
    }

    /// <summary>It answers.</summary>
    /// <returns>How long it took; null when another broker has noted it already.</returns>
    public async Task<TimeSpan?> EndAsync(HostId machine)
    {
        var took = (long)await store.RunScriptAsync(_end, [keys.Wake(machine), keys.Wakes(machine), keys.Events], [keys.Doorbell.ToString(), machine.Value, WakeEstimate.Remembered]);
        return took < 0 ? null : TimeSpan.FromMilliseconds(took);
    }
}
