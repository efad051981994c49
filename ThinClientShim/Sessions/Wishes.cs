using System.Threading.Channels;

namespace VdiBroker.Shim.Sessions;

/// <summary>
/// What the person, or a signal to the shim, wants of the running visit. Leaving and signing out can be wanted at any time and wait until they
/// are taken; what else there is only while it is on offer.
/// </summary>
internal sealed class Wishes
{
    private readonly Channel<Wish> _wishes = Channel.CreateUnbounded<Wish>();
    private readonly Lock _gate = new();
    private readonly HashSet<(object By, Wish Wish)> _offers = [];
    private Task? _waiting;
    private TaskCompletionSource<Wish>? _accepted;

    private TaskCompletionSource<Wish> Accepted => _accepted ??= new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Adds a wish. False: it is not on offer now, and forgotten.</summary>
    public bool Add(Wish wish)
    {
        if (wish is Wish.Leave or Wish.Lock or Wish.SignOut) return _wishes.Writer.TryWrite(wish);
        lock (_gate)
        {
            if (!IsOpen(wish)) return false;
            _ = Accepted.TrySetResult(wish);
            return true;
        }
    }

    /// <summary>From now on the person may want this (<paramref name="open"/>), or not any more, as far as this one has a say: it is on offer as long as anybody offers it.</summary>
    /// <param name="by">Who offers it.</param>
    /// <param name="wish">What.</param>
    /// <param name="open">It does; else it takes back what it has offered itself.</param>
    public void Offer(object by, Wish wish, bool open)
    {
        lock (_gate)
        {
            if (open) _offers.Add((by, wish));
            else _offers.Remove((by, wish));
        }
    }

    /// <summary>The person may want this now.</summary>
    public bool IsOffered(Wish wish)
    {
        lock (_gate) return IsOpen(wish);
    }

    /// <summary>Completes when the person has accepted an offer; given again until it is taken.</summary>
    public Task AcceptedAsync()
    {
        lock (_gate) return Accepted.Task;
    }

    /// <summary>The offer that was accepted and still stands, or null.</summary>
    public Wish? TryAccepted()
    {
        lock (_gate)
        {
            if (_accepted is not { Task: { IsCompletedSuccessfully: true, Result: var wish } }) return null;
            _accepted = null;
            return IsOpen(wish) ? wish : null;
        }
    }

    /// <summary>Completes when there is a wish to leave or to sign out.</summary>
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

    // Held by the gate.
    private bool IsOpen(Wish wish) => _offers.Any(one => one.Wish == wish);

    /// <summary>The next one that comes within <paramref name="time"/>, or null.</summary>
    public async Task<Wish?> WithinAsync(TimeSpan time, TimeProvider clock)
    {
        await Task.WhenAny(WaitAsync(), Task.Delay(time, clock));
        return TryTake();
    }
}
