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

    /// <summary>How long the last desktop was waited for.</summary>
    public TimeSpan Took { get; private set; }

    /// <summary>The desktop, or null when the person wants something else before it is there.</summary>
    /// <param name="replace">The person gives up the one that they have.</param>
    public async Task<Desktop?> RunAsync(bool replace = false)
    {
        using var stop = new CancellationTokenSource();
        var since = room.Clock.GetTimestamp();
        var open = room.Calls.OpenAsync(new OpenRequest { SignIn = signIn, PoolId = pool, Replace = replace }, Waiting, stop.Token);
        if (await Task.WhenAny(open, wishes.WaitAsync()) != open)
        {
            await stop.CancelAsync();
            await open.ContinueWith(_ => { }, TaskScheduler.Default);
            return null;
        }
        var desktop = await open;
        Took = room.Clock.GetElapsedTime(since);
        room.Journal.Step($"desktop session={desktop.SessionId} host={desktop.Host} fence={desktop.Fence} resumed={(desktop.Resumed ? "true" : "false")}");
        return desktop;
    }

    private void Waiting(OpenReply reply)
    {
        if (reply.Queued is { } queued)
        {
            room.Journal.Step($"queued place={queued.Place} of={queued.Of}");
            // Said again while nothing changes: nothing new to the person.
            if (queued.Text != _queued)
            {
                room.Person.Tell(queued.Text);
                if (_queued.Length == 0) room.Person.Tell("queue-leave", []);
                _queued = queued.Text;
            }
        }
        if (reply.Preparing is not { } step) return;
        room.Journal.Step("preparing");
        room.Person.Tell(step.About is null ? step.Text : room.Person.Words["about", step.Text, (int)Math.Ceiling(step.About.ToTimeSpan().TotalSeconds)]);
    }
}
