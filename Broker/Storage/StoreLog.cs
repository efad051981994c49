using System.Diagnostics;

namespace VdiBroker.Storage;

/// <summary>Says of the store what an operator must know: that it is gone, why and what to do, and that it is back. Of a long outage it reminds, and does not repeat each call's. Safe for concurrent use.</summary>
internal sealed partial class StoreLog(ILogger logger)
{
    private static readonly TimeSpan _remind = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan _quiet = TimeSpan.FromSeconds(2);
    private readonly Lock _gate = new();
    private string? _trouble;
    private long _since;
    private long _last;
    private long _told;
    private long _fewTold;
    private long _behindTold;

    /// <summary>A call failed.</summary>
    public void Failed(StoreException told)
    {
        var fault = told.InnerException!;
        if (told is StoreRefusalException)
        {
            LogBug(logger, told.Message);
            return;
        }
        var kind = StoreFault.KindOf(fault);
        lock (_gate)
        {
            _last = Stopwatch.GetTimestamp();
            if (_trouble is null) _since = _last;
            if (_trouble == kind && Stopwatch.GetElapsedTime(_told) < _remind) return;
            (_trouble, _told) = (kind, _last);
        }
        LogOutOfReach(logger, told.Message, StoreFault.Cure(fault) is { Length: > 0 } cure ? cure : "look whether it runs and whether this machine reaches it; the broker goes on trying");
    }

    /// <summary>A call succeeded. Where only writes fail reads still succeed: it is over when nothing has failed for a moment.</summary>
    public void Worked()
    {
        if (_trouble is null) return;
        TimeSpan gone;
        lock (_gate)
        {
            if (_trouble is null || Stopwatch.GetElapsedTime(_last) < _quiet) return;
            gone = Stopwatch.GetElapsedTime(_since, _last);
            _trouble = null;
        }
        LogBack(logger, gone.TotalSeconds);
    }

    /// <summary>Something was acknowledged that fewer replicas have than must, because the master has no more.</summary>
    public void FewReplicas(string master, int attached, int wanted)
    {
        lock (_gate)
        {
            if (_fewTold != 0 && Stopwatch.GetElapsedTime(_fewTold) < _remind) return;
            _fewTold = Stopwatch.GetTimestamp();
        }
        LogFewReplicas(logger, master, attached, wanted);
    }

    /// <summary>Something was acknowledged that enough replicas have, and one that is attached has not.</summary>
    public void ReplicaBehind(string master, int having, int attached)
    {
        lock (_gate)
        {
            if (_behindTold != 0 && Stopwatch.GetElapsedTime(_behindTold) < _remind) return;
            _behindTold = Stopwatch.GetTimestamp();
        }
        LogReplicaBehind(logger, master, having, attached);
    }

    /// <summary>Another server is the master.</summary>
    public void Switched(string before, string now, long epoch) => LogSwitched(logger, before, now, epoch);

    [LoggerMessage(111, LogLevel.Error, "THE STORE IS OUT OF REACH: nobody can sign in or move now, desktops on screens go on. {cause}. What to do: {cure}")]
    private static partial void LogOutOfReach(ILogger logger, string cause, string cure);

    [LoggerMessage(112, LogLevel.Warning, "the store is back after {seconds:0.0} s")]
    private static partial void LogBack(ILogger logger, double seconds);

    [LoggerMessage(113, LogLevel.Warning, "the store's master is {now} now, before it was {before} (decision {epoch})")]
    private static partial void LogSwitched(ILogger logger, string before, string now, long epoch);

    [LoggerMessage(114, LogLevel.Error, "a fault of the broker's own: the store refuses what it was told. {cause}")]
    private static partial void LogBug(ILogger logger, string cause);

    [LoggerMessage(115, LogLevel.Warning, "the store's master {master} has {attached} replicas, {wanted} should have what people are told: if it is lost now, the last of it is lost too. Start the missing servers")]
    private static partial void LogFewReplicas(ILogger logger, string master, int attached, int wanted);

    [LoggerMessage(118, LogLevel.Warning, "of the {attached} replicas of the store's master {master} only {having} keep up: every sign-in waits longer for it, and if the other one became the master now the last of what people were told would be lost. Look at the slow one")]
    private static partial void LogReplicaBehind(ILogger logger, string master, int having, int attached);
}
