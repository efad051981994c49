using VdiBroker.Directory;

namespace VdiBroker.Domain.Tests.Directory;

/// <summary>Every ledger of a town, moved by the rule alone.</summary>
internal sealed class LockoutTown(LockoutPolicy policy)
{
    private readonly Dictionary<TrySubject, TryLedger> _here = [];
    private readonly Dictionary<string, TryLedger> _stations = [];
    private readonly Dictionary<string, TryLedger> _everywhere = [];
    private int _ids;

    public DateTimeOffset Now { get; set; } = new(2026, 9, 1, 8, 0, 0, TimeSpan.Zero);

    public LockoutState this[TrySubject who]
    {
        get => new(_here.GetValueOrDefault(who, TryLedger.Empty), _stations.GetValueOrDefault(who.Station, TryLedger.Empty), _everywhere.GetValueOrDefault(who.Person, TryLedger.Empty));
        private set => (_here[who], _stations[who.Station], _everywhere[who.Person]) = (value.Here, value.Station, value.Everywhere);
    }

    public LockoutDecision Decide(TrySubject who) => Lockout.Decide(this[who], policy, Now);

    /// <summary>Begins a try when it may be made; its id, or null.</summary>
    public string? Begin(TrySubject who)
    {
        if (Decide(who) is not LockoutDecision.Go) return null;
        var id = $"t{++_ids}";
        this[who] = Lockout.Begin(this[who], id, who, policy, Now);
        return id;
    }

    public void Pass(TrySubject who) => this[who] = Lockout.Pass(this[who], who, policy, Now);

    public void TakeBack(TrySubject who, string id) => this[who] = Lockout.TakeBack(this[who], id, policy, Now);

    public void LeaveToStation(TrySubject who, string id) => this[who] = Lockout.LeaveToStation(this[who], id, policy, Now);

    /// <summary>Fails so often; how many of them reached the directory.</summary>
    public int Fail(TrySubject who, int times) => Enumerable.Range(0, times).Count(_ => Begin(who) is not null);
}
