using System.Diagnostics;

namespace VdiBroker.Storage;

/// <summary>
/// Whether the server that answers may have been replaced meanwhile. Nobody replaces a master that answers: only one that was silent for long. So as long as each answer comes soon after the last one it is
/// the master still, and nobody need be asked. Not safe for concurrent use.
/// </summary>
internal sealed class Regime
{
    /// <summary>Shorter than the silence for which Sentinels or nodes replace a master: they must be told to wait 1 s at least.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(800);

    /// <summary>Had it been replaced, its replicas would have left it and it would have been made one itself by then.</summary>
    public static readonly TimeSpan Settled = TimeSpan.FromSeconds(15);

    private long? _heard;
    private long? _doubted;

    /// <summary>Those who choose the master must confirm it before anything is acknowledged.</summary>
    public bool IsInDoubt => _doubted is { } since && Stopwatch.GetElapsedTime(since) < Settled;

    /// <summary>It has answered.</summary>
    /// <param name="sent">When it was asked: it lived at some instant after that.</param>
    public void Answered(long sent)
    {
        if (_heard is { } last && Stopwatch.GetElapsedTime(last) > Silence) _doubted = Stopwatch.GetTimestamp();
        _heard = sent;
    }

    /// <summary>Those who choose the master say that it is.</summary>
    public void Confirmed() => _doubted = null;
}
