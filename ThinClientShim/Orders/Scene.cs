using VdiBroker.Protocol.Station.V1;
using VdiBroker.Shim.Sessions;

namespace VdiBroker.Shim.Orders;

/// <summary>What goes on at this station, for whoever orders something of it. Safe for concurrent use.</summary>
/// <param name="person">Who is spoken to while no desktop is on the screen.</param>
internal sealed class Scene(IPerson person)
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _settings = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private StationActivity _activity = StationActivity.Free;
    private Wishes? _wishes;
    private Action<string>? _over;
    private bool _certificateEnded;

    /// <summary>What goes on now.</summary>
    public StationActivity Activity
    {
        get
        {
            lock (_gate) return _activity;
        }
    }

    /// <summary>True: the station can wait for the person who locked it.</summary>
    public bool CanLock => person.NeedsBar;

    /// <summary>Completes at the next change of <see cref="Activity"/>, or of whether settings may change.</summary>
    public Task ChangedAsync()
    {
        lock (_gate) return _changed.Task;
    }

    /// <summary>Other settings are to be read, once nobody sits here.</summary>
    public void SettingsChanged() => _settings.TrySetResult();

    /// <summary>The station's certificate has ended, and another is to be asked for, once nobody sits here. Whoever has locked the station cannot come back to it by any password: no broker hears it.</summary>
    public void CertificateEnded()
    {
        lock (_gate)
        {
            _certificateEnded = true;
            Tell();
        }
        _settings.TrySetResult();
    }

    /// <summary>Nobody would lose anything if other settings were read now.</summary>
    public bool MayChange
    {
        get
        {
            lock (_gate) return _activity == StationActivity.Free || (_certificateEnded && _activity == StationActivity.Locked);
        }
    }

    /// <summary>Completes when other settings are to be read and nobody sits here.</summary>
    public async Task SettingsWantedAsync(CancellationToken cancel)
    {
        await _settings.Task.WaitAsync(cancel);
        while (true)
        {
            var changed = ChangedAsync();
            if (MayChange) return;
            await changed.WaitAsync(cancel);
        }
    }

    /// <summary>Somebody is let in, or wants to be.</summary>
    public void Opens(Wishes wishes) => Become(StationActivity.Opening, wishes);

    /// <summary>They have gone.</summary>
    /// <param name="locked">They have locked the station.</param>
    public void Ends(bool locked) => Become(locked ? StationActivity.Locked : StationActivity.Free, null);

    /// <summary>The desktop is on the screen.</summary>
    /// <param name="over">Says a sentence over it, until it is read or another one comes.</param>
    public void Shows(Action<string> over)
    {
        lock (_gate) _over = over;
        Become(StationActivity.Desktop, _wishes);
    }

    /// <summary>The desktop has gone from the screen.</summary>
    public void Hides()
    {
        lock (_gate)
        {
            if (_over is null) return;
            _over = null;
        }
        Become(StationActivity.Opening, _wishes);
    }

    /// <summary>Says a sentence to whoever sits there, or will.</summary>
    public void Say(string sentence)
    {
        Action<string>? over;
        lock (_gate) over = _over;
        if (over is null) person.Announce(sentence);
        else over(sentence);
    }

    /// <summary>Wants something of the visit.</summary>
    /// <returns>False: there is none.</returns>
    public bool Want(Wish wish)
    {
        lock (_gate) return _wishes?.Add(wish) == true;
    }

    private void Become(StationActivity activity, Wishes? wishes)
    {
        lock (_gate)
        {
            _wishes = wishes;
            if (_activity == activity) return;
            _activity = activity;
            Tell();
        }
    }

    // Under the lock.
    private void Tell()
    {
        _changed.TrySetResult();
        _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
