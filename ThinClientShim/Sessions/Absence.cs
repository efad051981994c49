using VdiBroker.Protocol.Station.V1;

namespace VdiBroker.Shim.Sessions;

/// <summary>Counts down before a desktop that nobody touches is taken from the screen. A countdown that nobody could see is none: it begins when it is first told, however long nobody was there before.</summary>
/// <param name="rule">What this station does; null = nothing.</param>
internal sealed class Absence(WhenIdle? rule)
{
    private int? _toldAt;
    private bool _isOver;

    /// <summary>From so many seconds without a touch on it is counted down; null: never.</summary>
    public int? From => rule is null ? null : (int)Math.Max(1, Seconds(rule.After) - Warn);

    private double Warn => Math.Min(Seconds(rule?.Warn), Seconds(rule?.After));

    /// <summary>What is wanted when the time is over.</summary>
    public Wish Act => rule?.Act switch
    {
        IdleAct.Lock => Wish.Lock,
        IdleAct.SignOut => Wish.SignOut,
        _ => Wish.Leave,
    };

    /// <summary>Key of the sentence that says so, with the seconds left.</summary>
    public string Word => Act switch
    {
        Wish.Lock => "away-lock",
        Wish.SignOut => "away-sign-out",
        _ => "away-leave",
    };

    /// <summary>Nobody has touched anything for so many seconds; 0: somebody has.</summary>
    /// <returns>How many are left, 0 = it is over, which is told once; null: nothing is counted.</returns>
    public int? Hear(int idle)
    {
        if (rule is null || idle == 0)
        {
            (_toldAt, _isOver) = (null, false);
            return null;
        }
        if (_isOver) return null;
        _toldAt ??= idle;
        var left = Math.Max(0, (int)Math.Ceiling(Warn) - (idle - _toldAt.Value));
        _isOver = left == 0;
        return left;
    }

    private static double Seconds(Google.Protobuf.WellKnownTypes.Duration? time) => time?.ToTimeSpan().TotalSeconds ?? 0;
}
