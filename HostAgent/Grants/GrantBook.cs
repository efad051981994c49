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

    /// <summary>For so long after its grant a desktop may still appear that is not there yet: as the broker's own lease.</summary>
    public static readonly TimeSpan ToAppear = TimeSpan.FromSeconds(75);

    /// <summary>For how long it is told that somebody was kept out.</summary>
    public static readonly TimeSpan Told = TimeSpan.FromMinutes(10);

    private const int MostTold = 100;

    private readonly Lock _book = new();
    private readonly Dictionary<string, Grant> _grants = [];
    private readonly List<(Grant Refused, Grant Holder)> _keptOut = [];

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

    /// <summary>
    /// Remembers a grant. Of two of the same session the higher fence stays, in whatever order they arrive. xrdp leads whoever logs on to the desktop that runs under their account: so one of another person than its own is not
    /// remembered, and must not be let in. Brokers see to it that two people never share an account (<c>account:LOGIN</c>), but their store may be emptied, or that key given away, while a desktop runs.
    /// </summary>
    /// <param name="grant">The grant.</param>
    /// <param name="runs">A desktop of that account runs here.</param>
    /// <returns>Null: it may be let in. Else the grant of the person whose desktop it is; nothing was changed, and it is told (<see cref="KeptOut"/>).</returns>
    public Grant? Add(Grant grant, bool runs)
    {
        lock (_book)
        {
            // Who is let in is kept out no more; who is kept out again is told once.
            _keptOut.RemoveAll(one => one.Refused.SessionId == grant.SessionId);
            var known = _grants.GetValueOrDefault(grant.User);
            if (known is not null && IsAnothers(known, grant, runs))
            {
                if (_keptOut.Count == MostTold) _keptOut.RemoveAt(0);
                _keptOut.Add((grant, known));
                return known;
            }
            if (known?.SessionId == grant.SessionId && known.Fence >= grant.Fence) return null;
            _grants[grant.User] = grant;
            Save();
        }
        // Outside: it asks the name service, and whoever reports what runs here must not wait for that.
        desktops.Write(grant.User, grant.Settings);
        return null;
    }

    /// <summary>Who was kept out lately, and of whose desktop.</summary>
    public IReadOnlyList<(Grant Refused, Grant Holder)> KeptOut(DateTimeOffset now)
    {
        lock (_book)
        {
            _keptOut.RemoveAll(one => now - one.Refused.At > Told);
            return [.. _keptOut];
        }
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

    // Who is not named (by an older broker) cannot be told apart.
    private static bool IsAnothers(Grant known, Grant grant, bool runs) =>
        known.Person.Length > 0 && grant.Person.Length > 0 && known.Person != grant.Person && (runs || grant.At - known.At < ToAppear);

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
