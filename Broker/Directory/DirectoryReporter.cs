using VdiBroker.Storage;

namespace VdiBroker.Directory;

/// <summary>Says every few seconds, and when it ends, what this broker knows of the directories' servers.</summary>
internal sealed class DirectoryReporter(DirectorySet directories, DirectoryStates states, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    // Of one process: two brokers on one machine are two.
    private readonly string _broker = $"{Environment.MachineName}:{Environment.ProcessId}";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await QuietlyAsync(() => states.SayAsync(_broker, new BrokerStates(time.GetUtcNow(),
            [
                .. from directory in directories.Directories
                   from state in directory.States
                   select new DirectoryState(directory.Id, state.Server.Origin, state.Breaker.Phase, state.Breaker.Since, state.Breaker.Cause),
            ])));
            await Task.Delay(Every, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        await QuietlyAsync(() => states.ForgetAsync(_broker));
    }

    // A store that is away is told of by those who need it.
    private static async Task QuietlyAsync(Func<Task> say)
    {
        try
        {
            await say();
        }
        catch (StoreException)
        {
            // the next time
        }
    }
}
