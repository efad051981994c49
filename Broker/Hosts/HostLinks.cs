using System.Collections.Concurrent;
using System.Threading.Channels;
using VdiBroker.Kernel;
using VdiBroker.Protocol.Host.V1;

namespace VdiBroker.Hosts;

/// <summary>The agents' streams that this broker holds. An order is passed to the stream if it is here; another broker that holds it sees the same event.</summary>
internal sealed class HostLinks
{
    // An agent that does not read its orders is as good as silent: it is cut off rather than waited for.
    private const int Waiting = 256;
    private readonly ConcurrentDictionary<HostId, HostLink> _links = new();

    /// <summary>Takes a new stream as the host's; the one before it is ended.</summary>
    public HostLink Open(HostId host)
    {
        var link = new HostLink(host, Channel.CreateBounded<HostOrder>(Waiting));
        _links.AddOrUpdate(host, link, (_, before) =>
        {
            before.End();
            return link;
        });
        return link;
    }

    /// <summary>Forgets a stream that has ended.</summary>
    public void Close(HostLink link)
    {
        link.End();
        _links.TryRemove(new KeyValuePair<HostId, HostLink>(link.Host, link));
    }

    /// <summary>Passes an order on if this broker holds the host's stream.</summary>
    public void Send(HostId host, HostOrder order)
    {
        if (_links.TryGetValue(host, out var link)) link.Send(order);
    }
}

/// <summary>One agent's stream.</summary>
/// <param name="Host">Whose.</param>
/// <param name="Orders">What waits to be sent.</param>
internal sealed record HostLink(HostId Host, Channel<HostOrder> Orders)
{
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Random name of this stream on the host board.</summary>
    public string Id { get; } = Guid.NewGuid().ToString("n");

    /// <summary>Completed when the stream must end: a newer one has come, or the agent does not read its orders.</summary>
    public Task Ended => _end.Task;

    /// <summary>Queues an order; ends the stream when the agent has not read for very long.</summary>
    public void Send(HostOrder order)
    {
        if (!Orders.Writer.TryWrite(order)) End();
    }

    /// <summary>Ends the stream, whatever it waits for.</summary>
    public void End() => _end.TrySetResult();
}
