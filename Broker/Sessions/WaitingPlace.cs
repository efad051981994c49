using System.Threading.Channels;
using VdiBroker.Pools;

namespace VdiBroker.Sessions;

/// <summary>What somebody who waits is told.</summary>
/// <param name="Standing">Their place.</param>
/// <param name="About">When a seat may be free for them; null = not known.</param>
/// <param name="Waited">For how long they have waited.</param>
/// <param name="Superseded">A newer sign-in of the same person holds the place.</param>
internal sealed record QueueNews(Standing Standing, TimeSpan? About, TimeSpan Waited, bool Superseded);

/// <summary>One call's place in a pool's queue at this broker; the <see cref="WaitingRoom"/> keeps it alive and tells the news.</summary>
internal sealed class WaitingPlace(Pool pool, WaitingHere who)
{
    // Only the newest word counts.
    private readonly Channel<QueueNews> _news = Channel.CreateBounded<QueueNews>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });

    private volatile WaitingHere _who = who;

    /// <summary>What is waited for.</summary>
    public Pool Pool => pool;

    /// <summary>Who waits, as it was known last.</summary>
    public WaitingHere Who => _who;

    /// <summary>The last word; null before the first look.</summary>
    public QueueNews? Last { get; private set; }

    /// <summary>Who waits, as it is known now: where they may be seated changes while they do, and a seat that they cannot take must not be kept for them.</summary>
    public void Update(WaitingHere now) => _who = now with { First = _who.First || now.First };

    /// <summary>Hands over a look's result.</summary>
    public void Tell(QueueNews news) => _news.Writer.TryWrite(news);

    /// <summary>The next word, or the last one again after <paramref name="atMost"/>; null when there was none yet (the store is out of reach).</summary>
    public async Task<QueueNews?> NextAsync(TimeSpan atMost, CancellationToken cancel)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        late.CancelAfter(atMost);
        try
        {
            return Last = await _news.Reader.ReadAsync(late.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return Last;
        }
    }
}
