using VdiBroker.Hosts;

namespace VdiBroker.Sessions;

/// <summary>Watches the host of one followed session: what a station is told while that host is dead, and the ringing when it dies, comes back, or the store was emptied.</summary>
internal sealed class HomeWatch : IDisposable
{
    private readonly HostWatch _watch;
    private readonly IDisposable _subscription;
    private volatile string _host = "";
    private bool _silent;

    /// <param name="watch">Knows the hosts.</param>
    /// <param name="ring">Called when the host is another than it was; with true when all that was read may be: the store was emptied.</param>
    public HomeWatch(HostWatch watch, Action<bool> ring)
    {
        _watch = watch;
        _subscription = watch.Subscribe(changed =>
        {
            if (changed is not { } host) ring(true);
            else if (host.Value == _host) ring(false);
        });
    }

    /// <summary>What is told of a session, with what its host's silence makes of it.</summary>
    public Followed Over(Followed told, Session? session)
    {
        if (session is null) return told;
        // Before the look at its health: what changes after it rings.
        _host = session.Host.Value;
        var health = _watch.HealthOf(session.Host);
        // Who has only just come back knows nothing of hosts: what was told stands.
        _silent = health.IsDead() || (_silent && health == HostHealth.Awaited);
        var view = _silent ? StationViews.OnDeadHost(told.View, session) : told.View;
        return view == told.View ? told : told with { View = view, Host = session.Host };
    }

    /// <inheritdoc/>
    public void Dispose() => _subscription.Dispose();
}
