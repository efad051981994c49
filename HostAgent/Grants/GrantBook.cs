using System.Globalization;
using VdiBroker.Agent.Local;

namespace VdiBroker.Agent.Grants;

/// <summary>The last grant of each user, kept in a file so that a restarted agent still knows. Safe for concurrent use.</summary>
/// <param name="file">Where it is kept.</param>
/// <param name="desktops">Told what a desktop that begins now is like.</param>
internal sealed class GrantBook(StateFile file, DesktopFiles desktops)
{
    /// <summary>A grant without a session is forgotten after this long; a session starts within seconds of its grant.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromHours(1);

    private readonly Lock _book = new();
    private readonly Dictionary<string, Grant> _grants = [];

    /// <summary>Reads what an earlier agent of the same boot knew.</summary>
    public void Load()
    {
        lock (_book)
        {
            foreach (var grant in file.Load().Select(Parse).OfType<Grant>()) _grants[grant.User] = grant;
        }
    }

    /// <summary>The user's grant; null when none is known.</summary>
    public Grant? Of(string user)
    {
        lock (_book) return _grants.GetValueOrDefault(user);
    }

    /// <summary>All that are known now.</summary>
    public IReadOnlyList<Grant> All()
    {
        lock (_book) return [.. _grants.Values];
    }

    /// <summary>Remembers a grant. Of two of the same session the higher fence stays, in whatever order they arrive.</summary>
    public void Add(Grant grant)
    {
        lock (_book)
        {
            var known = _grants.GetValueOrDefault(grant.User);
            if (known?.SessionId == grant.SessionId && known.Fence >= grant.Fence) return;
            _grants[grant.User] = grant;
            Save();
        }
        // Outside: it asks the name service, and whoever reports what runs here must not wait for that.
        desktops.Write(grant.User, grant.Settings);
    }

    /// <summary>Forgets a user who is no more.</summary>
    public void Drop(string user)
    {
        lock (_book)
        {
            if (!_grants.Remove(user)) return;
            desktops.Delete(user);
            Save();
        }
    }

    /// <summary>Forgets old grants of users who have no session.</summary>
    public void Forget(IReadOnlySet<string> usersWithSession, DateTimeOffset now)
    {
        lock (_book)
        {
            var old = _grants.Values.Where(grant => now - grant.At > Kept && !usersWithSession.Contains(grant.User)).ToList();
            foreach (var grant in old)
            {
                _grants.Remove(grant.User);
                desktops.Delete(grant.User);
            }
            if (old.Count > 0) Save();
        }
    }

    private void Save() => file.Save(_grants.Values.Select(grant =>
        string.Create(CultureInfo.InvariantCulture, $"{grant.User}\t{grant.SessionId}\t{grant.Fence}\t{grant.At.ToUnixTimeSeconds()}\t{grant.Person}\t{grant.Pool}\t{grant.Printers}")));

    // Lines of older agents have four fields, or five of which the last said something else, or six.
    private static Grant? Parse(string line) =>
        line.Split('\t') is [{ Length: > 0 } user, { Length: > 0 } session, var fence, var at, .. var whose]
        && ulong.TryParse(fence, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < 253402300800
            ? new Grant(user, session, number, whose is [var person, _, ..] ? person : "", whose is [_, var pool, ..] ? pool : "",
                DateTimeOffset.FromUnixTimeSeconds(seconds))
            {
                Printers = whose is [_, _, var printers, ..] ? printers : "",
            }
            : null;
}
