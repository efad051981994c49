using System.Collections.Concurrent;
using System.Globalization;
using VdiBroker.Agent.Linux;
using VdiBroker.Agent.Local;

namespace VdiBroker.Agent.Watching;

/// <summary>
/// Account names of user ids: by the host's name service, which may ask LDAP and may hang, so that it is asked apart and waited for only a
/// moment; else as PAM said when it opened the session. Both are kept in a file for the next agent. What a process says of itself (USER) is
/// never believed: people write it. Not for concurrent use.
/// </summary>
internal sealed class UserNames(StateFile file, TimeProvider time)
{
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(300);

    private readonly ConcurrentDictionary<uint, string> _answers = new();
    private readonly Dictionary<uint, string> _names = Parse(file.Load());
    private readonly Dictionary<uint, (Task Question, long Asked)> _asked = [];
    private readonly Dictionary<(int Leader, ulong StartTicks), string> _told = [];

    /// <summary>PAM opened a session of this user in a sesman process: the sessions that it leads are the user's.</summary>
    public void Tell(ProcessLine leader, string user)
    {
        foreach (var (old, start) in _told.Keys.ToList())
        {
            if (ProcessLine.Of(old)?.StartTicks != start) _told.Remove((old, start));
        }
        _told[(leader.Id, leader.StartTicks)] = user;
    }

    /// <summary>Learns the names of the owners of X servers.</summary>
    public void Learn(IEnumerable<XServer> servers)
    {
        var asked = new List<Task>();
        var changed = false;
        foreach (var (owner, line) in servers.Select(server => (server.Owner, server.Line)))
        {
            if (!_answers.ContainsKey(owner) && Ask(owner) is { } question) asked.Add(question);
            if (_told.Count > 0 && ProcessLine.Of(line.Parent) is { } leader && _told.TryGetValue((leader.Id, leader.StartTicks), out var user))
                changed |= _names.TryAdd(owner, user);
        }
        Await(asked);
        foreach (var (owner, name) in _answers)
        {
            changed |= _names.GetValueOrDefault(owner) != name;
            _names[owner] = name;
        }
        if (changed) Save();
    }

    /// <summary>Forgets one.</summary>
    public void Forget(uint user)
    {
        _answers.TryRemove(user, out _);
        _asked.Remove(user);
        if (_names.Remove(user)) Save();
    }

    /// <summary>The name of a user id, "#id" while nobody has said it.</summary>
    public string Of(uint user) => _names.GetValueOrDefault(user) ?? string.Create(CultureInfo.InvariantCulture, $"#{user}");

    /// <returns>The question when it is asked for the first time, else null.</returns>
    private Task? Ask(uint user)
    {
        var again = _asked.TryGetValue(user, out var before);
        if (again && !(before.Question.IsCompleted && time.GetElapsedTime(before.Asked) > AskAgainAfter)) return null;
        var question = Task.Run(() =>
        {
            if (Libc.UserName(user) is { } name) _answers[user] = name;
        });
        _asked[user] = (question, time.GetTimestamp());
        return again ? null : question;
    }

    private void Save() => file.Save(_names.Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key}\t{pair.Value}")));

    private static void Await(List<Task> questions)
    {
        if (questions.Count > 0) Task.WaitAll([.. questions], Moment);
    }

    private static Dictionary<uint, string> Parse(IEnumerable<string> lines)
    {
        var names = new Dictionary<uint, string>();
        foreach (var line in lines)
        {
            if (line.Split('\t') is [var id, { Length: > 0 } name] && uint.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var user))
                names[user] = name;
        }
        return names;
    }
}
