using VdiBroker.Protocol.Station.V1;
using VdiBroker.Shim.Brokers;

namespace VdiBroker.Shim.Sessions;

/// <summary>
/// Waits for the next person, on the page that this station's place has: a broker says which. It is asked again with each page, beside it: a city that opens a place
/// to visitors is followed without anybody touching the station, and while no broker answers the page is what it was.
/// </summary>
internal sealed class Welcoming(Room room)
{
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(2.5);

    // Nobody waits longer for the first page: with no broker in reach it is the usual one.
    private static readonly TimeSpan FirstAnswer = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(5);

    private WelcomeReply? _known;

    /// <summary>The next person; null: nobody will come any more.</summary>
    public async Task<Comer?> NextAsync(LockedStation? locked, CancellationToken stop)
    {
        while (true)
        {
            using var page = CancellationTokenSource.CreateLinkedTokenSource(stop);
            var told = ToldAsync(page.Token);
            if (_known is null) await Task.WhenAny(told, Task.Delay(FirstAnswer, room.Clock, page.Token));
            if (told.IsCompletedSuccessfully) _known = await told;
            var shown = locked is null ? _known ?? new() : new();
            var next = room.Person.NextAsync(room.Settings.User, locked, shown, page.Token);
            await Task.WhenAny(next, told);
            if (told.IsCompletedSuccessfully) _known = await told;
            // Who was faster than the news is served; a locked station is its person's, whatever the place has become.
            if (next.IsCompleted || locked is not null || shown.Equals(_known)) return await next;
            await page.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            stop.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Asks until somebody answers.</summary>
    private async Task<WelcomeReply> ToldAsync(CancellationToken page)
    {
        while (true)
        {
            if (await AskAsync(page) is { } told) return told;
            await Task.Delay(AskAgain, room.Clock, page);
        }
    }

    private async Task<WelcomeReply?> AskAsync(CancellationToken page)
    {
        try
        {
            return await room.Calls.WelcomeAsync(Within, page);
        }
        catch (NoBrokerException older) when (older.Why == Missing.Call)
        {
            // It knows no visitors.
            return new WelcomeReply();
        }
        catch (Exception fault) when (fault is RefusedException or NoBrokerException)
        {
            room.Journal.Step($"refused call=welcome why={fault.Message}");
            return null;
        }
    }
}

/// <summary>What a broker says of a station's first page.</summary>
internal static class WelcomeReplies
{
    /// <summary>How long a visit may be, in whole minutes, at least 1.</summary>
    public static int Minutes(this WelcomeReply welcome) => (int)Math.Max(1, Math.Floor((welcome.Longest?.ToTimeSpan() ?? default).TotalMinutes));
}
