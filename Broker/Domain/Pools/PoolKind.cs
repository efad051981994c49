namespace VdiBroker.Pools;

/// <summary>What a pool's desktops are.</summary>
public enum PoolKind
{
    /// <summary>Any free seat on its session hosts.</summary>
    Shared,

    /// <summary>A place on one of its session hosts that is the person's for good: given with the first opening, reserved from then on.</summary>
    Personal,

    /// <summary>Existing machines, each declared with its address and whose it is.</summary>
    Fixed,
}
