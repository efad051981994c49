using VdiBroker.Protocol.Station.V1;

namespace VdiBroker.Shim.Sessions;

/// <summary>Asks for one person's desktop, as often as the visit needs, and tells them of the wait.</summary>
/// <param name="room">What there is to work with.</param>
/// <param name="signIn">Proof of the sign-in.</param>
/// <param name="pool">Which desktop.</param>
/// <param name="wishes">What the person wants instead.</param>
internal sealed class Opening(Room room, string signIn, string pool, Wishes wishes)
{
    private string _queued = "";
    private bool _offers;
    private Action<string> _say = room.Person.Progress;
    private bool _hasKeys;

    /// <summary>How long the last desktop was waited for.</summary>
    public TimeSpan Took { get; private set; }

    /// <summary>The desktop, or null when the person wants something else before it is there.</summary>
    /// <param name="replace">The person gives up the one that they have; they may also say so while they wait, when the broker offers it.</param>
    /// <param name="say">Tells of the wait; null: on the page or the terminal. Where a picture is on the screen nothing is read there.</param>
    public async Task<Desktop?> RunAsync(bool replace = false, Action<string>? say = null)
    {
        // Over a desktop that has the keyboard no key gives the place up: a button of the bar does.
        (_say, _queued, _hasKeys) = (say ?? room.Person.Progress, "", say is null || !room.Person.NeedsBar);
        var since = room.Clock.GetTimestamp();
        while (true)
        {
            using var stop = new CancellationTokenSource();
            var open = room.Calls.OpenAsync(new OpenRequest { SignIn = signIn, PoolId = pool, Replace = replace }, Waiting, stop.Token);
            var first = await FirstAsync(open, replace);
            Offer(false);
            if (first == First.Desktop)
            {
                var desktop = await open;
                Took = room.Clock.GetElapsedTime(since);
                room.Journal.Step($"desktop session={desktop.SessionId} host={desktop.Host} fence={desktop.Fence} resumed={(desktop.Resumed ? "true" : "false")}");
                return desktop;
            }
            await stop.CancelAsync();
            await open.ContinueWith(_ => { }, TaskScheduler.Default);
            if (first == First.OtherWish) return null;
            room.Journal.Step("replace");
            replace = true;
        }
    }

    private async Task<First> FirstAsync(Task<Desktop> open, bool replace)
    {
        while (true)
        {
            await Task.WhenAny(open, wishes.WaitAsync(), replace ? open : wishes.AcceptedAsync());
            if (open.IsCompleted) return First.Desktop;
            if (wishes.WaitAsync().IsCompleted) return First.OtherWish;
            if (wishes.TryAccepted() == Wish.Replace) return First.Replace;
        }
    }

    private void Offer(bool open)
    {
        if (_offers == open) return;
        _offers = open;
        wishes.Offer(this, Wish.Replace, open);
        room.Person.Offer(Wish.Replace, open);
    }

    private void Waiting(OpenReply reply)
    {
        if (reply.Queued is { } queued)
        {
            room.Journal.Step($"queued place={queued.Place} of={queued.Of}");
            // Said again while nothing changes: nothing new to the person.
            if (queued.Text != _queued)
            {
                _say(_hasKeys && _queued.Length == 0 ? $"{queued.Text}{Environment.NewLine}{room.Person.Words["queue-leave"]}" : queued.Text);
                _queued = queued.Text;
            }
        }
        if (reply.Preparing is not { } step) return;
        room.Journal.Step("preparing");
        Offer(step.Replaceable);
        if (step.Replaceable) _say($"{step.Text} {room.Person.Words["host-silent-key"]} {room.Person.Words["host-silent-loss"]}");
        else _say(step.About is null ? step.Text : room.Person.Words["about", step.Text, (int)Math.Ceiling(step.About.ToTimeSpan().TotalSeconds)]);
    }

    private enum First
    {
        Desktop,
        OtherWish,
        Replace,
    }
}
