using System.Globalization;
using StackExchange.Redis;

namespace VdiBroker.Storage;

/// <summary>
/// Notices that the store was emptied, or that another was put in its place, also between two runs of the broker: the store has a mark of its beginning, and each broker remembers it. Sessions are found again by
/// hosts' reports and pools by the city file; people's own settings and assignments are not, so somebody must be told.
/// </summary>
internal sealed partial class BirthMark(RedisStore store, KeySpace keys, StateFolder state, ILogger<BirthMark> logger) : BackgroundService
{
    private static readonly TimeSpan _look = TimeSpan.FromSeconds(2);
    private static readonly Script _mark = new("mark_birth");
    private long? _remembered;

    private string Name => $"store-began-{keys.Farm}";

    /// <summary>When the store was last found emptied, by any broker.</summary>
    /// <returns>Null: never, since it began.</returns>
    /// <exception cref="StoreOutOfReachException">The store is out of reach.</exception>
    public static async Task<DateTimeOffset?> LastEmptiedAsync(RedisStore store, KeySpace keys) =>
        await store.RunAsync("read birth", db => db.StringGetAsync(keys.Emptied)) is { IsNull: false } at ? DateTimeOffset.FromUnixTimeMilliseconds((long)at) : null;

    /// <summary>Looks once.</summary>
    /// <returns>True: it was emptied since the last look.</returns>
    /// <exception cref="StoreException">The store is out of reach.</exception>
    public async Task<bool> LookAsync()
    {
        var remembered = _remembered ??= Read();
        var parts = (RedisResult[])(await store.RunScriptAsync(_mark, [keys.Began, keys.Emptied], [remembered]))!;
        var (began, another) = ((long)parts[0], (long)parts[1] == 1);
        if (began == remembered) return false;
        if (another) LogEmptied(logger, DateTimeOffset.FromUnixTimeMilliseconds(remembered), DateTimeOffset.FromUnixTimeMilliseconds(began));
        _remembered = began;
        Write(began);
        return another;
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => StoreLook.RepeatAsync(_look, LookAsync, stoppingToken);

    private long Read()
    {
        try
        {
            return long.TryParse(File.ReadAllText(state.FileOf(Name)), CultureInfo.InvariantCulture, out var began) ? began : 0;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    private void Write(long began)
    {
        try
        {
            state.Write(Name, began.ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            LogNotKept(logger, state.FileOf(Name), fault.Message);
        }
    }

    [LoggerMessage(119, LogLevel.Error, "THE STORE WAS EMPTIED, or another was put in its place: it began at {now}, the one that this broker knew at {before}. Desktops that run are found again by their hosts' reports; people must sign in "
        + "again; people's own settings, assignments and records are gone. What to do: look who or what emptied it, and bring back a copy if there is one; runbook store-emptied")]
    private static partial void LogEmptied(ILogger logger, DateTimeOffset before, DateTimeOffset now);

    [LoggerMessage(120, LogLevel.Warning, "when the store began cannot be remembered in {file}: {cause}; if it is emptied while no broker runs, nobody will say so")]
    private static partial void LogNotKept(ILogger logger, string file, string cause);
}
