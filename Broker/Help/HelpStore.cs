using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using VdiBroker.Kernel;
using VdiBroker.Storage;

namespace VdiBroker.Help;

/// <summary>Open calls for help in Redis.</summary>
internal sealed class HelpStore(RedisStore store, KeySpace keys)
{
    /// <summary>New calls of one station within <see cref="Within"/>; more are refused, so that a hostile one cannot bury the others'.</summary>
    public const int MostOfAStation = 5;

    /// <summary>See <see cref="MostOfAStation"/>.</summary>
    public static readonly TimeSpan Within = TimeSpan.FromMinutes(10);

    /// <summary>A call that nobody has closed for so long after the last one came is gone.</summary>
    public static readonly TimeSpan Keep = TimeSpan.FromDays(7);

    private static readonly Script _call = new("call_for_help");
    private static readonly Script _serve = new("serve_call");

    /// <summary>Takes a call in, or the same one again.</summary>
    /// <returns>Its number; null = this station has called too often.</returns>
    /// <exception cref="StoreOutOfReachException">The store is out of reach: it may have been taken in.</exception>
    public async Task<long?> CallAsync(HelpCall call)
    {
        var number = (long)await store.CommitAsync(_call, [keys.HelpCalls, keys.HelpCallers, keys.HelpOf(new StationId(call.Station)), keys.HelpLast, keys.Events],
            [keys.Doorbell.ToString(), call.Person, call.Station, JsonSerializer.Serialize(call, HelpJson.Default.HelpCall), MostOfAStation, (long)Within.TotalMilliseconds, (long)Keep.TotalMilliseconds,
                call.Session, call.Host, call.Pool, call.Record]);
        return number == 0 ? null : number;
    }

    /// <summary>Every open call, the oldest first.</summary>
    /// <exception cref="StoreOutOfReachException">The store is out of reach.</exception>
    public Task<ImmutableArray<OpenCall>> ListAsync() => store.RunAsync("list calls", async db =>
        (await db.HashGetAllAsync(keys.HelpCalls)).Select(row => Read(row.Name.ToString(), row.Value.ToString())).OfType<OpenCall>().OrderBy(one => one.Number).ToImmutableArray());

    /// <summary>One open call; null = there is none of that number.</summary>
    /// <exception cref="StoreOutOfReachException">The store is out of reach.</exception>
    public Task<OpenCall?> FindAsync(long number) => store.RunAsync("find call", async db =>
        await db.HashGetAsync(keys.HelpCalls, number) is { HasValue: true } row ? Read(number.ToString(CultureInfo.InvariantCulture), row.ToString()) : null);

    /// <summary>Somebody of the helpdesk takes it. Again by the same is harmless.</summary>
    /// <exception cref="StoreOutOfReachException">The store is out of reach.</exception>
    public Task<ServedCall> TakeAsync(long number, string by) => ServeAsync(number, "take", by);

    /// <summary>It is served, whoever had taken it.</summary>
    /// <exception cref="StoreOutOfReachException">The store is out of reach.</exception>
    public Task<ServedCall> CloseAsync(long number, string by) => ServeAsync(number, "close", by);

    private async Task<ServedCall> ServeAsync(long number, string act, string by)
    {
        var told = (await store.CommitAsync(_serve, [keys.HelpCalls, keys.HelpCallers, keys.Events], [keys.Doorbell.ToString(), number, act, by])).ToString();
        return told switch
        {
            "done" => new ServedCall.Done(),
            ['t', 'a', 'k', 'e', 'n', ' ', .. var name] => new ServedCall.TakenBy(name),
            _ => new ServedCall.Unknown(),
        };
    }

    // A newer broker's may be of another form.
    private static OpenCall? Read(string number, string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, HelpJson.Default.HelpCall) is { } call ? new OpenCall(long.Parse(number, CultureInfo.InvariantCulture), call) : null;
        }
        catch (Exception other) when (other is JsonException or FormatException)
        {
            return null;
        }
    }
}
