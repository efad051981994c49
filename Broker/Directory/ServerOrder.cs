namespace VdiBroker.Directory;

/// <summary>
/// In which order a directory's servers are asked: as declared, those that were out of reach lately last. After <see cref="Pause"/> one
/// caller alone tries such a server again, so that a hanging server costs one sign-in its deadline, not all of them.
/// </summary>
internal sealed class ServerOrder(string directory, IReadOnlyList<Uri> servers, TimeProvider time, DirectoryLog log)
{
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly DateTimeOffset?[] _outUntil = new DateTimeOffset?[servers.Count];

    /// <summary>How many servers there are.</summary>
    public int Count => servers.Count;

    /// <summary>All servers, in the order in which this caller should ask them. Asking is to be reported by one of the two methods below.</summary>
    public IReadOnlyList<Uri> Next()
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            var (good, bad) = (new List<Uri>(servers.Count), new List<Uri>());
            for (var i = 0; i < servers.Count; i++)
            {
                if (_outUntil[i] is { } until && until > now)
                {
                    bad.Add(servers[i]);
                    continue;
                }
                if (_outUntil[i] is not null) _outUntil[i] = now + Pause;
                good.Add(servers[i]);
            }
            return [.. good, .. bad];
        }
    }

    /// <summary>The server answered.</summary>
    public void Answered(Uri server)
    {
        lock (_gate)
        {
            var place = Place(server);
            if (_outUntil[place] is null) return;
            _outUntil[place] = null;
        }
        log.ServerBack(directory, server.Authority);
    }

    /// <summary>The server could not be asked.</summary>
    public void Failed(Uri server, DirectoryOutOfReachException fault)
    {
        lock (_gate)
        {
            var place = Place(server);
            var known = _outUntil[place] is not null;
            _outUntil[place] = time.GetUtcNow() + Pause;
            if (known) return;
        }
        log.ServerOutOfReach(directory, fault.Message);
    }

    private int Place(Uri server)
    {
        for (var i = 0; i < servers.Count; i++)
            if (servers[i] == server) return i;
        throw new ArgumentException("not one of this directory's servers", nameof(server));
    }
}
