namespace VdiBroker.Race.Machines;

/// <summary>What a station holds: the desktop that it was given.</summary>
internal sealed record Held(string Session, ulong Fence);

/// <summary>A station's picture of a desktop.</summary>
internal sealed class Connection
{
    private readonly TaskCompletionSource _cut = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the picture is gone: the desktop ended, moved, or its machine died.</summary>
    public Task Gone => _cut.Task;

    /// <summary>Takes the picture away.</summary>
    public void Cut() => _cut.TrySetResult();
}

/// <summary>What came of a logon. Closed.</summary>
internal abstract record Logon
{
    private Logon()
    {
    }

    /// <summary>The desktop is on the screen.</summary>
    public sealed record In(Connection Connection) : Logon;

    /// <summary>The ticket was refused.</summary>
    public sealed record Refused(string Verdict) : Logon;

    /// <summary>Nobody answered, or the machine died.</summary>
    public sealed record NoAnswer : Logon;
}
