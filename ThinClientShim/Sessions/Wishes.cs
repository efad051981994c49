using System.Threading.Channels;
using VdiBroker.Shim.Terminal;

namespace VdiBroker.Shim.Sessions;

/// <summary>What the person, or a signal to the shim, wants of the running visit.</summary>
internal sealed class Wishes
{
    private readonly Channel<Wish> _wishes = Channel.CreateUnbounded<Wish>();
    private Task? _waiting;

    /// <summary>Adds a wish.</summary>
    public void Add(Wish wish) => _wishes.Writer.TryWrite(wish);

    /// <summary>Completes when there is one to take.</summary>
    public Task WaitAsync() => _waiting is { IsCompleted: false } ? _waiting : _waiting = _wishes.Reader.WaitToReadAsync().AsTask();

    /// <summary>One that is there already, or null.</summary>
    public Wish? TryTake() => _wishes.Reader.TryRead(out var wish) ? wish : null;

    /// <summary>Forgets what was wanted of an earlier visit.</summary>
    public void Clear()
    {
        while (TryTake() is not null)
        {
            // Taken and dropped.
        }
    }

    /// <summary>The next one.</summary>
    public async Task<Wish> TakeAsync() => await _wishes.Reader.ReadAsync();

    /// <summary>The next one that comes within <paramref name="time"/>, or null.</summary>
    public async Task<Wish?> WithinAsync(TimeSpan time, TimeProvider clock)
    {
        await Task.WhenAny(WaitAsync(), Task.Delay(time, clock));
        return TryTake();
    }
}
