using System.Diagnostics;
using System.Security.Cryptography;

namespace VdiBroker.Storage;

/// <summary>
/// Runs jobs that one broker of the farm at a time does. Each job has a lease of its own; when its broker dies, is frozen or stops, another does it within 5 s. A job says what to do at one look and may be
/// interrupted after any step: the next look, of whichever broker, begins again.
/// </summary>
internal sealed partial class SingleRunner(RedisStore store, KeySpace keys, ILogger<SingleRunner> logger)
{
    /// <summary>How often the lease is renewed, or asked for. With <see cref="JobLease.Life"/> the longest time without anybody is 4 s, and what the store takes.</summary>
    public static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan _farewell = TimeSpan.FromSeconds(1);

    // Two brokers may share a machine, and a container's process is always number 1.
    private readonly string _holder = $"{Environment.MachineName}/{Environment.ProcessId}/{RandomNumberGenerator.GetHexString(8, lowercase: true)}";

    /// <summary>Does a job, while this broker holds it, until <paramref name="stop"/>.</summary>
    /// <param name="job">Its name in the store and in the log: short, lower case.</param>
    /// <param name="every">From one look to the next.</param>
    /// <param name="look">One look. It stops early when its term is over (<see cref="JobTerm.IsHeld"/>); what it commits must be harmless when it is late: a revision or a fence refuses it.</param>
    /// <param name="stop">Gives the job up.</param>
    /// <param name="bell">Wakes it before its time; null = nothing does.</param>
    public async Task RunAsync(string job, TimeSpan every, Func<JobTerm, Task> look, CancellationToken stop, Bell? bell = null)
    {
        var lease = new JobLease(store, keys.Job(job), _holder);
        bell ??= new Bell();
        long? looked = null;
        var rung = false;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var held = await lease.HoldAsync();
                if (held is { IsNew: true }) LogTaken(logger, job, held.Value.Fence);
                // Whoever takes it over looks at once.
                if (held is { } term && (rung || term.IsNew || looked is null || Stopwatch.GetElapsedTime(looked.Value) >= every))
                {
                    looked = Stopwatch.GetTimestamp();
                    await look(term);
                }
            }
            catch (StoreException fault)
            {
                LogNotDone(logger, job, fault.Message);
            }
            rung = await bell.HeardAsync(every < Beat ? every : Beat, stop);
        }
        await GiveUpAsync(lease);
    }

    private static async Task GiveUpAsync(JobLease lease)
    {
        try
        {
            await lease.GiveUpAsync().WaitAsync(_farewell);
        }
        catch (Exception fault) when (fault is StoreException or TimeoutException)
        {
            // It ends by itself.
        }
    }

    [LoggerMessage(116, LogLevel.Information, "this broker does the job '{job}' now (term {fence})")]
    private static partial void LogTaken(ILogger logger, string job, long fence);

    [LoggerMessage(117, LogLevel.Warning, "the job '{job}' cannot be done now, it is tried again: {cause}")]
    private static partial void LogNotDone(ILogger logger, string job, string cause);
}
