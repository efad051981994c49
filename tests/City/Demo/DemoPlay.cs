using System.Runtime.InteropServices;
using VdiBroker.City.Brokers;

namespace VdiBroker.City.Demo;

/// <summary>The demo city for a person at a terminal: starts it, says who can sign in and how, obeys commands, ends all of it at Ctrl-C.</summary>
public static class DemoPlay
{
    /// <summary>Runs until the person ends it.</summary>
    /// <param name="store">What its store is made of.</param>
    /// <param name="keep">Folder for pictures and logs that stays; null = nothing stays.</param>
    /// <param name="display">X display for the stations; null = virtual screens.</param>
    public static async Task<int> RunAsync(StoreShape store, string? keep, string? display)
    {
        using var end = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
        Console.WriteLine("La ville démarre… / The city is starting…");
        try
        {
            await using var city = await RunningCity.StartAsync(CityPlan.Demo() with { Display = display, Store = store }, cancel: end.Token);
            await city.ReadyAsync(end.Token);
            var pictures = keep ?? Path.Combine(city.Folder, "pictures");
            DemoWords.Welcome(city, pictures, keep is not null);
            await ObeyAsync(new DemoCommands(city, pictures), end.Token);
            Console.WriteLine("La ville s'arrête… / The city is stopping…");
            if (keep is not null) city.KeepLogs(Path.Combine(keep, "logs"));
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C during the start: what had started is gone.
        }
        Console.WriteLine("Tout ce qui a été démarré est arrêté. / Everything that was started is stopped.");
        return 0;

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            end.Cancel();
        }
    }

    // The terminal is read on a thread of its own: a read cannot be called off.
    private static async Task ObeyAsync(DemoCommands commands, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            if (!Console.IsInputRedirected) Console.Write("ville> ");
            var reading = Task.Run(Console.ReadLine, CancellationToken.None);
            await Task.WhenAny(reading, Task.Delay(Timeout.Infinite, end));
            if (end.IsCancellationRequested) return;
            if (await reading is not { } line)
            {
                // Started without a terminal: it runs until it is told to stop.
                await Task.Delay(Timeout.Infinite, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return;
            }
            if (!await commands.ObeyAsync(line, end)) return;
        }
    }
}
