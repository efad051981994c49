using VdiBroker.Protocol.Station.V1;
using VdiBroker.Race.Farm;
using VdiBroker.Race.Machines;

namespace VdiBroker.Race.People;

/// <summary>One person at one station, from sitting down to going. What they do is drawn; what they hold they either give back or remember.</summary>
internal sealed class Visit(RaceCalls calls, IReadOnlyDictionary<string, Machine> machines, Random draw, CancellationToken stopping)
{
    private const int Reopenings = 5;

    /// <summary>Looks what runs and ends it, after a call of unknown outcome.</summary>
    public async Task<VisitEnd> LookAsync()
    {
        if (await calls.SignInAsync() is not { } signIn) return VisitEnd.Unsure;
        var running = signIn.Desktops.Where(one => one.Running).Select(one => one.PoolId).ToList();
        if (running.Count == 0) return await calls.CloseAsync(signIn.SignIn, null, signOut: false) ? VisitEnd.Done : VisitEnd.Unsure;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(25));
        var (desktop, _) = await calls.OpenAsync(signIn.SignIn, running[0], patience.Token);
        var closed = await calls.CloseAsync(signIn.SignIn, desktop, signOut: desktop is not null);
        // A second one, or one that may have been made: once more.
        return closed && desktop is not null && running.Count == 1 ? VisitEnd.Done : VisitEnd.Unsure;
    }

    /// <summary>Signs in, opens a desktop, stays a while, goes.</summary>
    public async Task<VisitEnd> RunAsync()
    {
        if (await calls.SignInAsync() is not { } signIn) return VisitEnd.Unsure;
        var running = signIn.Desktops.FirstOrDefault(one => one.Running)?.PoolId;
        var pool = running is not null && draw.NextDouble() < 0.9 ? running : draw.NextDouble() < 0.75 ? RacePlan.Bureau : RacePlan.Atelier;
        var way = draw.NextDouble() switch { < 0.55 => WayOut.SignOut, < 0.7 => WayOut.LogOut, < 0.85 => WayOut.Leave, _ => WayOut.Vanish };
        for (var opening = 0; opening < Reopenings; opening++)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            patience.CancelAfter(draw.NextDouble() < 0.1 ? TimeSpan.FromSeconds(draw.NextDouble() * 4) : TimeSpan.FromSeconds(45));
            var (desktop, outcome) = await calls.OpenAsync(signIn.SignIn, pool, patience.Token);
            if (desktop is null) return await GiveUpAsync(signIn.SignIn, outcome);
            using var going = new CancellationTokenSource();
            var word = new Word();
            var following = calls.FollowAsync(signIn.SignIn, desktop, word.Say, going.Token);
            try
            {
                switch (await SitAsync(desktop, word, way))
                {
                    case Sitting.Again:
                        break;
                    case Sitting.Over:
                        return await GoAsync(signIn.SignIn, desktop, way);
                    case Sitting.Taken:
                        // Moved, ended or lost: there is nothing left of it here.
                        return await calls.CloseAsync(signIn.SignIn, null, signOut: false) && word.Last != SessionState.HostLost ? VisitEnd.Done : VisitEnd.Unsure;
                }
            }
            finally
            {
                await going.CancelAsync();
                await following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            await Task.Delay(Between(100, 600), CancellationToken.None);
        }
        await calls.CloseAsync(signIn.SignIn, null, signOut: false);
        return VisitEnd.Unsure;
    }

    // The desktop is promised: connect, and work until it is time, or something happens.
    private async Task<Sitting> SitAsync(Desktop desktop, Word word, WayOut way)
    {
        var hesitation = draw.NextDouble() switch { < 0.8 => Between(10, 400), < 0.97 => Between(400, 2500), _ => TimeSpan.Zero };
        // They go before they have seen it.
        if (hesitation == TimeSpan.Zero && way is WayOut.SignOut or WayOut.Vanish && draw.NextDouble() < 0.5) return Sitting.Over;
        if (await word.WithinAsync(hesitation)) return Sitting.Taken;
        if (!machines.TryGetValue(desktop.Host, out var machine)) throw new InvalidOperationException($"there is no host '{desktop.Host}'");
        var logon = await machine.ConnectAsync(desktop.User, desktop.Ticket, new Held(desktop.SessionId, desktop.Fence), Between(50, draw.NextDouble() < 0.9 ? 300 : 1500));
        if (logon is not Logon.In(var connection)) return word.IsFinal ? Sitting.Taken : Sitting.Again;
        // Somebody has read the ticket, and tries it too.
        if (draw.NextDouble() < 0.08) await machine.ConnectAsync(desktop.User, desktop.Ticket, null, TimeSpan.Zero);
        try
        {
            await Task.WhenAny(word.Final, connection.Gone, StayAsync(Between(0, draw.NextDouble() < 0.9 ? 3500 : 8500)));
            if (word.IsFinal) return Sitting.Taken;
            if (!connection.Gone.IsCompleted) return await FinishAsync(machine, desktop, connection, word, way);
            // The picture went away: moved, signed out, or the host died. The word comes in a moment.
            return await word.WithinAsync(Between(500, 2000)) ? Sitting.Taken : Sitting.Again;
        }
        finally
        {
            machine.Disconnect(desktop.User, connection);
        }
    }

    private static async Task<Sitting> FinishAsync(Machine machine, Desktop desktop, Connection connection, Word word, WayOut way)
    {
        if (way != WayOut.LogOut) return Sitting.Over;
        machine.LogOut(desktop.User, connection);
        await word.WithinAsync(TimeSpan.FromSeconds(3));
        return Sitting.Taken;
    }

    private async Task<VisitEnd> GoAsync(string signIn, Desktop desktop, WayOut way)
    {
        // The power is cut: no word to anybody.
        if (way == WayOut.Vanish) return VisitEnd.Away;
        var signOut = way == WayOut.SignOut;
        if (!await calls.CloseAsync(signIn, desktop, signOut)) return VisitEnd.Unsure;
        return signOut ? VisitEnd.Done : VisitEnd.Away;
    }

    private async Task<VisitEnd> GiveUpAsync(string signIn, string outcome)
    {
        var closed = await calls.CloseAsync(signIn, null, signOut: false);
        return closed && outcome is not (History.Opened.Cancelled or History.Opened.Lost) ? VisitEnd.Done : VisitEnd.Unsure;
    }

    private TimeSpan Between(int least, int most) => TimeSpan.FromMilliseconds(draw.Next(least, most));

    // Half a second in any case.
    private async Task StayAsync(TimeSpan more)
    {
        await Task.Delay(500);
        await Task.Delay(more, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private enum WayOut
    {
        SignOut,
        LogOut,
        Leave,
        Vanish,
    }

    private enum Sitting
    {
        Again,
        Over,
        Taken,
    }

    // What the broker said of the desktop.
    private sealed class Word
    {
        private readonly TaskCompletionSource _final = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public SessionState Last { get; private set; }

        public Task Final => _final.Task;

        public bool IsFinal => _final.Task.IsCompleted;

        public void Say(SessionState state)
        {
            Last = state;
            if (state is SessionState.Moved or SessionState.SignedOut or SessionState.HostLost or SessionState.Expired or SessionState.Forgotten) _final.TrySetResult();
        }

        public async Task<bool> WithinAsync(TimeSpan time) => IsFinal || await Task.WhenAny(Final, Task.Delay(time)) == Final;
    }
}
