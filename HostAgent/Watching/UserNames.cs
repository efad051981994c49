using System.Collections.Concurrent;
using VdiBroker.Agent.Linux;

namespace VdiBroker.Agent.Watching;

/// <summary>
/// Account names of user ids. The host's name service may ask LDAP and may hang: it is asked apart, and until it answers the name that
/// sesman gave to the session (USER of the X server) is used, because a session that is not reported counts as gone.
/// Not for concurrent use.
/// </summary>
internal sealed class UserNames(TimeProvider time)
{
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<uint, string> _names = new();
    private readonly Dictionary<uint, (Task Question, long Asked)> _asked = [];

    /// <summary>The name of the owner of a process.</summary>
    public string Of(uint user, int process)
    {
        if (_names.TryGetValue(user, out var name)) return name;
        var known = _asked.TryGetValue(user, out var asked);
        if (!known || (asked.Question.IsCompleted && time.GetElapsedTime(asked.Asked) > AskAgainAfter))
            _asked[user] = (Task.Run(() => Ask(user)), time.GetTimestamp());
        return ProcessFacts.Variable(process, "USER") is { Length: > 0 } said ? said : $"#{user}";
    }

    private void Ask(uint user)
    {
        if (Libc.UserName(user) is { } name) _names[user] = name;
    }
}
