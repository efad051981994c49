using System.Globalization;
using System.Text;

namespace VdiBroker.Agent.Grants;

/// <summary>
/// The last grant of each user, kept in a file (0600, no secret in it) so that a restarted agent still knows. Safe for concurrent use.
/// </summary>
/// <param name="file">Beside the socket.</param>
/// <param name="bootId">Grants of another boot are forgotten: their sessions are gone.</param>
/// <param name="log">Told when the file cannot be read or written; the agent goes on without.</param>
internal sealed class GrantBook(string file, string bootId, AgentLog log)
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
            try
            {
                if (!File.Exists(file)) return;
                var lines = File.ReadAllLines(file);
                if (lines is [var first, .. var rest] && first == bootId)
                {
                    foreach (var grant in rest.Select(Parse).OfType<Grant>()) _grants[grant.User] = grant;
                }
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                log.Warning($"{file} cannot be read ({fault.Message}): sessions are reported without their number until they are opened again");
            }
        }
    }

    /// <summary>The user's grant; null when none is known.</summary>
    public Grant? Of(string user)
    {
        lock (_book) return _grants.GetValueOrDefault(user);
    }

    /// <summary>Remembers a grant. Of two of the same session the higher fence stays, in whatever order they arrive.</summary>
    public void Add(string user, string sessionId, ulong fence, DateTimeOffset at)
    {
        lock (_book)
        {
            var known = _grants.GetValueOrDefault(user);
            if (known?.SessionId == sessionId && known.Fence >= fence) return;
            var before = known is null ? "" : known.SessionId == sessionId ? known.Before : known.SessionId;
            _grants[user] = new Grant(user, sessionId, fence, at, before);
            Save();
        }
    }

    /// <summary>Forgets old grants of users who have no session.</summary>
    public void Forget(IReadOnlySet<string> usersWithSession, DateTimeOffset now)
    {
        lock (_book)
        {
            var old = _grants.Values.Where(grant => now - grant.At > Kept && !usersWithSession.Contains(grant.User)).ToList();
            foreach (var grant in old) _grants.Remove(grant.User);
            if (old.Count > 0) Save();
        }
    }

    private void Save()
    {
        try
        {
            var text = new StringBuilder(bootId).Append('\n');
            foreach (var grant in _grants.Values)
                text.Append(CultureInfo.InvariantCulture, $"{grant.User}\t{grant.SessionId}\t{grant.Fence}\t{grant.At.ToUnixTimeSeconds()}\t{grant.Before}\n");
            var draft = file + ".new";
            File.Delete(draft);
            using (var stream = new FileStream(draft, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
            {
                stream.Write(Encoding.UTF8.GetBytes(text.ToString()));
            }
            File.Move(draft, file, overwrite: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            log.Warning($"{file} cannot be written ({fault.Message}): a restarted agent would not know the sessions' numbers");
        }
    }

    private static Grant? Parse(string line) =>
        line.Split('\t') is [{ Length: > 0 } user, { Length: > 0 } session, var fence, var at, var before]
        && ulong.TryParse(fence, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < 253402300800
            ? new Grant(user, session, number, DateTimeOffset.FromUnixTimeSeconds(seconds), before)
            : null;
}
