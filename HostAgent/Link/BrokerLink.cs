using Grpc.Core;
using VdiBroker.Agent.Configuration;

namespace VdiBroker.Agent.Link;

/// <summary>Keeps the host attached to one of the brokers, for ever; takes up renewed certificates.</summary>
internal sealed class BrokerLink(AgentSettings settings, IdentityFiles files, IdentityEnd ends, Attachment attachment, AgentLog log, TimeProvider time)
{
    private static readonly TimeSpan Steady = TimeSpan.FromSeconds(2);
    // Calls of the old identity (a redemption just now) end by themselves within this time.
    private static readonly TimeSpan OldLinesKept = TimeSpan.FromSeconds(10);

    private BrokerLines? _lines;

    /// <summary>The lines in use; null before the first certificates were read.</summary>
    public BrokerLines? Lines => Volatile.Read(ref _lines);

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var retired = new List<Task>();
        try
        {
            var identity = Identity.Read(settings);
            while (true)
            {
                // A renewal is no reason to move: else a city that renews its hosts would find all of them at the first broker.
                var lines = BrokerLines.To(settings.Brokers, identity, Lines?.Attached ?? 0);
                // Nobody waits for the old lines: a host that is renewed twice in a row would be off its broker meanwhile.
                retired.RemoveAll(task => task.IsCompletedSuccessfully);
                if (Interlocked.Exchange(ref _lines, lines) is { } old) retired.Add(RetireAsync(old, over.Token));
                identity = await ServeAsync(lines, cancel);
                log.Notice("certificates were renewed: attaching again with the new ones");
            }
        }
        finally
        {
            await over.CancelAsync();
            await Task.WhenAll(retired);
        }
    }

    // Attached under one identity, until the files hold another.
    private async Task<Identity> ServeAsync(BrokerLines lines, CancellationToken cancel)
    {
        using var same = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var stay = StayAttachedAsync(lines, same.Token);
        var watched = ends.WatchAsync(lines.Identity, same.Token);
        var changed = files.ChangedAsync(lines.Identity, same.Token);
        await Task.WhenAny(stay, watched, changed);
        var renewed = changed.IsCompletedSuccessfully;
        await same.CancelAsync();
        await Task.WhenAll(stay, watched).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancel.ThrowIfCancellationRequested();
        // None of the two ends but by a fault of its own.
        if (!renewed) await (stay.IsFaulted ? stay : watched.IsFaulted ? watched : changed);
        return await changed;
    }

    private async Task StayAttachedAsync(BrokerLines lines, CancellationToken cancel)
    {
        var failures = 0;
        for (var index = lines.Attached; ; index = (index + 1) % lines.All.Count)
        {
            var line = lines.All[index];
            var welcomed = 0L;
            try
            {
                await attachment.RunAsync(line, lines.Identity, () => { welcomed = time.GetTimestamp(); lines.Attached = index; }, cancel);
            }
            catch (Exception) when (cancel.IsCancellationRequested)
            {
                throw new OperationCanceledException(cancel);
            }
            catch (Exception fault) when (fault is RpcException or TimeoutException or OperationCanceledException or IOException or InvalidOperationException)
            {
                failures = welcomed != 0 && time.GetElapsedTime(welcomed) > Steady ? 1 : failures + 1;
                Say(line, Reason(fault, lines.Identity), failures, lines.All.Count);
            }
            await Task.Delay(Backoff.After(failures, Random.Shared.NextDouble()), time, cancel);
        }
    }

    // An outage of an hour is a few lines, not a thousand.
    private void Say(BrokerLine line, string reason, int failures, int brokers)
    {
        if (failures > 2 * brokers && failures % 50 != 0) return;
        log.Warning($"broker {line.Address.Authority}: {reason}; trying {(brokers > 1 ? "the next" : "again")} (failure {failures} in a row)");
    }

    /// <summary>The cause in words; where a certificate has ended, that first: brokers say no more than that they do not like it.</summary>
    public string Reason(Exception fault, Identity identity) => ends.Ended(identity) is { } ended ? $"{ended} ({Reason(fault)})" : Reason(fault);

    /// <summary>The cause in words, the innermost first: "The remote certificate is invalid" says more than "Unavailable".</summary>
    public static string Reason(Exception fault)
    {
        var inner = (fault as RpcException)?.Status.DebugException ?? fault;
        while (inner.InnerException is { } deeper) inner = deeper;
        return fault switch
        {
            TimeoutException => "no welcome in time",
            RpcException rpc when inner == fault => $"{rpc.StatusCode}: {rpc.Status.Detail}",
            RpcException rpc => $"{rpc.StatusCode}: {inner.Message}",
            _ => inner.Message,
        };
    }

    private async Task RetireAsync(BrokerLines old, CancellationToken cancel)
    {
        await Task.Delay(OldLinesKept, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        old.Dispose();
    }
}
