namespace VdiBroker.Agent.Link;

/// <summary>The lines to all brokers under one identity; replaced as a whole when the identity changes.</summary>
/// <param name="Identity">Who the host is.</param>
/// <param name="All">In the order of the configuration.</param>
internal sealed record BrokerLines(Identity Identity, IReadOnlyList<BrokerLine> All) : IDisposable
{
    private int _attached;

    /// <summary>Prepares a line to each broker.</summary>
    /// <param name="brokers">In the order of the configuration.</param>
    /// <param name="identity">Who the host is.</param>
    /// <param name="attached">Which of them the host is attached to, or was last.</param>
    public static BrokerLines To(IReadOnlyList<Uri> brokers, Identity identity, int attached) =>
        new(identity, [.. brokers.Select(broker => new BrokerLine(broker, identity))]) { Attached = attached };

    /// <summary>Index of the broker that the host is attached to, or was last.</summary>
    public int Attached
    {
        get => Volatile.Read(ref _attached);
        set => Volatile.Write(ref _attached, value);
    }

    /// <summary>All lines, the attached one first.</summary>
    public IEnumerable<BrokerLine> AttachedFirst() => Enumerable.Range(Attached, All.Count).Select(index => All[index % All.Count]);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var line in All) line.Dispose();
        Identity.Dispose();
    }
}
